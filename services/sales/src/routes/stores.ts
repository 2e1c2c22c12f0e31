/** The stores, as head office looks after them: heard when, how far behind, and whether anything of theirs is missing. */
import { Type } from 'typebox'
import { ClassLag, HubReport } from '@tidemark/contracts'
import { decodeCursor, encodeCursor, maySeeStore, pageOf, pageParameters, type ServiceApp } from '@tidemark/service-kit'
import { createContactWatch } from '../domain/hub-contact.ts'
import { summariseSeries } from '../domain/merge-series.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import type { KnownStore, StoreDirectory } from '../stores/store-directory.ts'

/** Each store is a few questions to CouchDB. */
const defaultStores = 50
const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const Hub = Type.Object({
  lastContactAt: Type.String(),
  silent: Type.Boolean({ description: 'Its next report is overdue: the line is cut, or the hub is down' }),
  reportedAt: Type.String({ description: 'By the hub’s clock, as `since` of each class' }),
  startedAt: Type.String(),
  epoch: Type.String(),
  nats: HubReport.properties.nats,
  classes: Type.Array(ClassLag, { description: 'What waited when it reported last' }),
  terminals: HubReport.properties.terminals,
  refusedDocuments: Type.Integer(),
  openConflicts: Type.Integer(),
})

const StoreItem = Type.Object({
  storeId: Type.String(),
  name: Type.String(),
  timeZone: Type.String(),
  currency: nullable(Type.String()),
  hub: nullable(Hub),
  ledger: Type.Object({
    series: Type.Integer({ description: 'Receipt series that were heard of' }),
    entries: Type.Integer(),
    missing: Type.Integer({ description: 'Numbers that have not arrived' }),
    oldestMissingSeconds: nullable(Type.Integer()),
    faults: Type.Integer({ description: 'Faults of their chains' }),
    lastEntryAt: nullable(Type.String()),
    lastHeardAt: nullable(Type.String()),
  }),
})
type StoreItem = Type.Static<typeof StoreItem>

export interface StoreRouteParts {
  readonly ledger: Ledger
  readonly directory: StoreDirectory
  readonly now: () => Date
}

export function addStoreRoutes(app: ServiceApp, { ledger, directory, now }: StoreRouteParts): void {
  const contactOf = createContactWatch(now)

  async function hubOf(storeId: string): Promise<StoreItem['hub']> {
    const report = await directory.report(storeId)
    if (report === undefined) return null
    const { lastContactAt, isSilent } = contactOf(report)
    const { at, startedAt, epoch, nats, classes, terminals, refusedDocuments, openConflicts } = report
    const said = { startedAt, epoch, nats, classes, terminals, refusedDocuments, openConflicts }
    return { lastContactAt, silent: isSilent, reportedAt: at, ...said }
  }

  async function ledgerOf(storeId: string): Promise<StoreItem['ledger']> {
    const series = (await ledger.series(storeId)).map((one) => summariseSeries(one, now()))
    const ages = series.map(({ oldestMissingSeconds }) => oldestMissingSeconds).filter((age) => age !== null)
    const latest = (times: readonly string[]): string | null => times.toSorted().at(-1) ?? null
    return {
      series: series.length,
      entries: series.reduce((total, { entries }) => total + entries, 0),
      missing: series.flatMap(({ missing }) => missing).reduce((total, { from, to }) => total + to - from + 1, 0),
      oldestMissingSeconds: ages.length === 0 ? null : Math.max(...ages),
      faults: series.reduce((total, { faults }) => total + faults.length, 0),
      lastEntryAt: latest(series.map(({ lastEntryAt }) => lastEntryAt)),
      lastHeardAt: latest(series.map(({ lastHeardAt }) => lastHeardAt)),
    }
  }

  async function itemOf({ storeId, document }: KnownStore): Promise<StoreItem> {
    const [hub, summary] = await Promise.all([hubOf(storeId), ledgerOf(storeId)])
    const text = (name: string): string | undefined =>
      typeof document?.[name] === 'string' ? document[name] : undefined
    return {
      storeId,
      name: text('name') ?? storeId,
      timeZone: await ledger.timeZone(storeId),
      currency: text('currency') ?? null,
      hub,
      ledger: summary,
    }
  }

  app.route({
    method: 'GET',
    url: '/stores',
    schema: {
      tags: ['stores'],
      summary: 'Every store that the caller may see, by id: last contact, lag as last reported, missing numbers',
      querystring: Type.Object(
        { ...pageParameters, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: defaultStores })) },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(StoreItem) },
    },
    handler: async ({ query, principal }) => {
      const { limit = defaultStores } = query
      const after = decodeCursor(Type.String(), query.cursor) ?? ''
      const visible = (await directory.list()).filter(
        ({ storeId }) => storeId > after && maySeeStore(principal, storeId),
      )
      const page = visible.slice(0, limit)
      const last = page.at(-1)
      return {
        items: await Promise.all(page.map(itemOf)),
        nextCursor: visible.length > limit && last ? encodeCursor(last.storeId) : null,
      }
    },
  })
}
