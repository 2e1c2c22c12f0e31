/** Transfers in the office, and their movements in the stores' databases at central, from where they replicate down. */
import { centralDatabaseOf, serviceErrorCodes } from '@tidemark/contracts'
import {
  DatabaseMissingError,
  ensureDatabase,
  HttpProblem,
  notFound,
  openDatabase,
  type CouchClient,
  type WriteOutcome,
} from '@tidemark/service-kit'
import { movementDue, type Transfer } from '../domain/transfer.ts'
import { officeDesignName } from './design/office-views.ts'
import type { WithDatabase } from './office-database.ts'

export interface TransferStore {
  /** Throws a 404. */
  get(id: string): Promise<Transfer>
  /** Changes the transfer, then writes the movement that is due. `change` may throw. The transfer as it is then. */
  advance(id: string, change: (current: Transfer | undefined) => Transfer | undefined): Promise<Transfer>
  /** Of a store, the newest first, from behind a position. */
  list(storeId: string, limit: number, after: TransferPosition | undefined): Promise<readonly Transfer[]>
  /** Ends what was cut off; answers how many. */
  finishAll(): Promise<number>
}

export interface TransferPosition {
  readonly dispatchedAt: string
  readonly id: string
}

const perRound = 100

export function openTransfers(office: WithDatabase, client: CouchClient): TransferStore {
  async function find(id: string): Promise<Transfer | undefined> {
    return (await office((database) => database.get(`transfer:${id}`))) as Transfer | undefined
  }

  async function write(storeId: string, movement: { readonly _id: string }): Promise<void> {
    const name = centralDatabaseOf(storeId, 'inventory')
    let outcome: WriteOutcome | undefined
    try {
      ;[outcome] = await openDatabase(client, name).bulkInsert([{ ...movement }])
    } catch (error) {
      if (!(error instanceof DatabaseMissingError)) throw error
      ;[outcome] = await (await ensureDatabase(client, name)).bulkInsert([{ ...movement }])
    }
    // `exists`: it was written before the run was cut off; its id is random and ours.
    if (outcome?.kind === 'failed') throw new Error(`${movement._id} was refused by ${name}: ${outcome.reason}`)
  }

  /** Writes what is due, and then says that it is written. */
  async function finish(id: string, transfer: Transfer): Promise<Transfer> {
    const due = movementDue(transfer)
    if (due !== undefined) await write(due.storeId, due.movement)
    await office((database) =>
      database.update(`transfer:${id}`, (current) => {
        const present = current as Transfer | undefined
        if (present?.status === 'dispatching') return { ...present, status: 'dispatched' }
        if (present?.status === 'receiving' && transfer.status === 'receiving')
          return { ...present, status: 'received' }
        return undefined
      }),
    )
    return transfers.get(id)
  }

  const transfers: TransferStore = {
    async get(id) {
      const found = await find(id)
      if (found === undefined) throw notFound(`no transfer ${id}`)
      return found
    },
    async advance(id, change) {
      await office((database) =>
        database.update(`transfer:${id}`, (current) => change(current as Transfer | undefined)),
      )
      return finish(id, await transfers.get(id))
    },
    async list(storeId, limit, after) {
      const rows = await office((database) =>
        database.view(officeDesignName, 'transfers', {
          descending: true,
          startKey: after === undefined ? [storeId, {}] : [storeId, after.dispatchedAt, after.id],
          endKey: [storeId],
          includeDocuments: true,
          // The first is the last of the page before.
          limit: limit + (after === undefined ? 0 : 1),
        }),
      )
      return rows.map(({ doc }) => doc as Transfer).filter(({ _id }) => _id !== after?.id)
    },
    async finishAll() {
      const rows = await office((database) =>
        database.view(officeDesignName, 'unfinished', { key: 'transfer', includeDocuments: true, limit: perRound }),
      )
      for (const { doc } of rows) {
        const transfer = doc as Transfer
        await finish(transfer._id.slice('transfer:'.length), transfer)
      }
      return rows.length
    },
  }
  return transfers
}

export function transferConflict(detail: string): HttpProblem {
  return new HttpProblem(409, serviceErrorCodes.conflict, detail)
}
