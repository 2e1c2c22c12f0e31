/** Change requests in the desk's database. */
import { UnavailableError, type CouchDatabase, type StoredDocument } from '@tidemark/service-kit'
import type { ChangeRequest } from '../domain/change-request.ts'
import type { CasePosition } from './case-desk.ts'
import { anyValue, deskDesignName } from './design/desk-views.ts'

export interface RequestFilter {
  readonly status?: ChangeRequest['status']
  readonly storeId?: string
}

export interface RequestDesk {
  /** Keeps requests; those that are there already stay as they are. */
  keep(requests: readonly ChangeRequest[]): Promise<void>
  find(id: string): Promise<ChangeRequest | undefined>
  /** Newest first. */
  list(filter: RequestFilter, limit: number, from: CasePosition | undefined): Promise<readonly ChangeRequest[]>
  /** Answers an open request. The request as it is afterwards: with this answer or an earlier one. */
  answer(id: string, status: 'accepted' | 'refused', answer: ChangeRequest['answer']): Promise<ChangeRequest>
}

/** Sorts after every string in CouchDB's collation. */
const afterAll = {}

export function openRequestDesk(database: CouchDatabase): RequestDesk {
  const find = async (id: string): Promise<ChangeRequest | undefined> => requestOf(await database.get(id))

  return {
    async keep(requests) {
      const outcomes = await database.bulkInsert(requests)
      const failed = outcomes.find((outcome) => outcome.kind === 'failed')
      if (failed !== undefined) throw new Error(`a change request could not be kept: ${failed.reason}`)
    },
    find,
    async list(filter, limit, from) {
      const storeId = filter.storeId ?? anyValue
      const status: string = filter.status ?? anyValue
      const rows = await database.view(deskDesignName, 'requests', {
        descending: true,
        startKey: from === undefined ? [storeId, status, afterAll] : [storeId, status, from.at, from.id],
        endKey: [storeId, status],
        includeDocuments: true,
        limit,
      })
      return rows.map(({ doc }) => doc as ChangeRequest)
    },
    async answer(id, status, answer) {
      await database.update(id, (current) => {
        const request = requestOf(current)
        return request?.status !== 'open' ? undefined : { ...request, status, answer }
      })
      const present = await find(id)
      if (present === undefined) throw new UnavailableError('couchdb', `${id} is not there after it was written`)
      return present
    },
  }
}

/** Only this service writes documents of this type to its database. */
function requestOf(document: StoredDocument | undefined): ChangeRequest | undefined {
  return document?.['type'] === 'change-request' ? (document as unknown as ChangeRequest) : undefined
}
