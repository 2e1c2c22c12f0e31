/** Thresholds and exceptions in CouchDB. */
import { notFound, type NewDocument } from '@tidemark/service-kit'
import {
  exceptionId,
  exceptionKinds,
  judgeException,
  type Acknowledgement,
  type ExceptionKind,
  type ExceptionStatus,
  type Standing,
  type StockException,
} from '../domain/judge-exception.ts'
import { anyValue, officeDesignName } from './design/office-views.ts'
import type { WithDatabase } from './office-database.ts'

export interface Threshold extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'threshold'
  readonly storeId: string
  readonly sku: string
  readonly minimum: number
  readonly setBy: string
  readonly setAt: string
}

export interface ExceptionFilter {
  readonly status: ExceptionStatus
  readonly storeId: string | undefined
  readonly kind: ExceptionKind | undefined
}

export interface ExceptionStore {
  threshold(storeId: string, sku: string): Promise<Threshold | undefined>
  /** Undefined takes it away. */
  setThreshold(storeId: string, sku: string, minimum: number | undefined, by: string, at: string): Promise<void>
  /**
   * Makes the exceptions of a SKU be what its stock says. `superseded` hears of the case of an exception before that ends or
   * turns to another case. True when one was opened.
   */
  judge(
    standing: Omit<Standing, 'minimum'>,
    now: string,
    superseded: (caseId: string) => Promise<void>,
  ): Promise<boolean>
  /** By id, after `afterId`. */
  list(filter: ExceptionFilter, limit: number, afterId: string | undefined): Promise<readonly StockException[]>
  /** Throws a 404 when there is no such exception or it is over. */
  acknowledge(
    kind: ExceptionKind,
    storeId: string,
    sku: string,
    acknowledgement: Omit<Acknowledgement, 'onHand'>,
  ): Promise<StockException>
}

export function openExceptions(office: WithDatabase): ExceptionStore {
  const store: ExceptionStore = {
    async threshold(storeId, sku) {
      const found = await office((database) => database.get(thresholdId(storeId, sku)))
      return found?.['minimum'] === null ? undefined : (found as Threshold | undefined)
    },
    async setThreshold(storeId, sku, minimum, by, at) {
      const _id = thresholdId(storeId, sku)
      const next: NewDocument = { _id, type: 'threshold', storeId, sku, minimum: minimum ?? null, setBy: by, setAt: at }
      await office((database) => database.update(_id, () => next))
    },
    async judge({ storeId, sku, onHand, overlapCaseId }, now, superseded) {
      const ids = exceptionKinds.map((kind) => exceptionId(kind, storeId, sku))
      const known = await office((database) => database.getMany([...ids, thresholdId(storeId, sku)]))
      const minimum = known.get(thresholdId(storeId, sku))?.['minimum']
      const standing: Standing = {
        storeId,
        sku,
        onHand,
        minimum: typeof minimum === 'number' ? minimum : undefined,
        overlapCaseId,
      }
      let opened = false
      for (const kind of exceptionKinds) {
        const id = exceptionId(kind, storeId, sku)
        const before = known.get(id) as StockException | undefined
        if (judgeException(kind, standing, before, now) === undefined) continue
        if (typeof before?.caseId === 'string' && before.caseId !== overlapCaseId) await superseded(before.caseId)
        await office((database) =>
          database.update(id, (current) => {
            const next = judgeException(kind, standing, current as StockException | undefined, now)
            opened ||= next?.status === 'open' && next.openedAt === now
            return next
          }),
        )
      }
      return opened
    },
    async list({ status, storeId = anyValue, kind = anyValue }, limit, afterId) {
      const rows = await office((database) =>
        database.view(officeDesignName, 'exceptions', {
          // A longer key sorts behind the shorter one that it begins with, so the range begins right behind the id.
          startKey: [storeId, status, kind, ...(afterId === undefined ? [] : [afterId, 0])],
          endKey: [storeId, status, kind, {}],
          includeDocuments: true,
          limit: limit + 1,
        }),
      )
      return rows.map(({ doc }) => doc as StockException)
    },
    async acknowledge(kind, storeId, sku, acknowledgement) {
      let result: StockException | undefined
      await office((database) =>
        database.update(exceptionId(kind, storeId, sku), (current) => {
          const exception = current as StockException | undefined
          if (exception === undefined || exception.status === 'over') {
            throw notFound(`no ${kind} exception of ${sku} in ${storeId} is open`)
          }
          result = {
            ...exception,
            status: 'acknowledged',
            acknowledgement: { ...acknowledgement, onHand: exception.onHand },
          }
          return result
        }),
      )
      if (result === undefined) throw notFound(`no ${kind} exception of ${sku} in ${storeId}`)
      return result
    },
  }
  return store
}

function thresholdId(storeId: string, sku: string): string {
  return `threshold:${storeId}:${sku}`
}
