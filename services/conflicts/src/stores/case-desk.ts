/**
 * Cases in CouchDB: one at the desk, and a copy in `store-<id>-conflicts` of each store concerned, from where it replicates
 * to the store's hub and terminals.
 *
 *     open    desk first, then the copies      a run that was cut off between is repeated, because the leaves are still two
 *     close   copies first, then the desk      a run that was cut off between is repeated, because the desk is still open
 *
 * Whoever has written an open copy looks at the desk again, and whoever has closed the desk at the copies: another process may have
 * closed or opened the case meanwhile. So a copy is never open when the desk has closed the case for good. Of a case that a rule
 * decides, stores hear when it is over.
 */
import { Type, type Static } from 'typebox'
import { canonicalHash, centralDatabaseOf, Conflict, describeProblems, schemaProblems } from '@tidemark/contracts'
import {
  authoredBody,
  DatabaseMissingError,
  ensureDatabase,
  openDatabase,
  storeExists,
  UnavailableError,
  type CouchClient,
  type CouchDatabase,
  type StoredDocument,
} from '@tidemark/service-kit'
import {
  closeCase,
  reopenCase,
  withoutDecision,
  withSentence,
  type CaseDecision,
  type ConflictCase,
  type LeafBody,
  type Suspect,
} from '../domain/conflict-case.ts'
import { anyValue, deskDesignName } from './design/desk-views.ts'

/** Where the next page of cases begins. */
export const CasePosition = Type.Object({ at: Type.String(), id: Type.String() })
export type CasePosition = Static<typeof CasePosition>

export interface CaseFilter {
  readonly status?: ConflictCase['status']
  readonly storeId?: string
}

export interface CaseDesk {
  /** Open cases of any of these documents. At most 1,000. */
  openCases(suspects: readonly Suspect[]): Promise<readonly ConflictCase[]>
  /** Open cases that are decided and not carried out, the oldest first. At most 100. */
  unfinishedCases(): Promise<readonly ConflictCase[]>
  /** Makes the case be open at the desk, and in the stores when it takes a person. `fresh` when it was not open before. */
  open(
    conflict: ConflictCase,
    apart: readonly LeafBody[],
  ): Promise<{ readonly conflict: ConflictCase; readonly fresh: boolean }>
  /** Puts a decision into an open case that has none. The case as it is afterwards: with this decision or an earlier one. */
  decide(id: string, decision: CaseDecision): Promise<ConflictCase>
  /** Takes a decision that could not be written out of the case. */
  giveToPerson(conflict: ConflictCase, reason: string, at: string): Promise<void>
  /** Notes that a decision was taken back, at the desk and in the stores. */
  markUndone(id: string, undone: NonNullable<ConflictCase['undone']>): Promise<ConflictCase>
  /** Adds a sentence to what explains the case, at the desk and in the stores; once, however often it is called. */
  explain(id: string, sentence: string): Promise<void>
  /** The body of a leaf of the case, wherever it is kept. */
  bodyOf(conflict: ConflictCase, rev: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Makes the case be resolved in the stores and at the desk. */
  close(conflict: ConflictCase, resolution: string, at: string): Promise<void>
  find(id: string): Promise<ConflictCase | undefined>
  /** Newest first. */
  list(filter: CaseFilter, limit: number, from: CasePosition | undefined): Promise<readonly ConflictCase[]>
  /** True when the desk or central has anything of the store. */
  knowsStore(storeId: string): Promise<boolean>
}

/** Thrown for a case that would break its schema, such as one of a document with too long an id. */
export class UnfitCaseError extends Error {
  override readonly name = 'UnfitCaseError'
}

const maxUnfinished = 100
/** Sorts after every string in CouchDB's collation. */
const afterAll = {}

export function openCaseDesk(database: CouchDatabase, client: CouchClient): CaseDesk {
  async function find(id: string): Promise<ConflictCase | undefined> {
    return caseOf(await database.get(id))
  }

  /** Reads, changes and writes; the case as it is afterwards. */
  async function change(
    id: string,
    next: (current: ConflictCase | undefined) => ConflictCase | undefined,
  ): Promise<ConflictCase> {
    await database.update(id, (current) => {
      const changed = next(caseOf(current))
      return changed === undefined ? undefined : authoredCase(changed)
    })
    const present = await find(id)
    if (present === undefined) throw new UnavailableError('couchdb', `${id} is not there after it was written`)
    return present
  }

  async function keepApart(apart: readonly LeafBody[]): Promise<void> {
    const outcomes = await database.bulkInsert(apart)
    const failed = outcomes.find((outcome) => outcome.kind === 'failed')
    if (failed !== undefined) throw new Error(`the body of a leaf could not be kept: ${failed.reason}`)
  }

  async function copyToStores(conflict: ConflictCase): Promise<void> {
    for (const storeId of conflict.stores) {
      const name = centralDatabaseOf(storeId, 'conflicts')
      const copy = { ...authoredCase(conflict), storeId }
      try {
        await putCopy(openDatabase(client, name), copy)
      } catch (error) {
        if (!(error instanceof DatabaseMissingError)) throw error
        await putCopy(await ensureDatabase(client, name), copy)
      }
    }
  }

  /** The case as it stands; another process may have closed it while its copies were written. */
  async function copyOpen(conflict: ConflictCase): Promise<void> {
    await copyToStores(conflict)
    const present = await find(conflict._id)
    if (conflict.status === 'open' && present?.status === 'resolved') await copyToStores(present)
  }

  async function listFrom(
    filter: CaseFilter,
    limit: number,
    from: CasePosition | undefined,
  ): Promise<readonly ConflictCase[]> {
    const storeId = filter.storeId ?? anyValue
    const status: string = filter.status ?? anyValue
    const rows = await database.view(deskDesignName, 'cases', {
      descending: true,
      startKey: from === undefined ? [storeId, status, afterAll] : [storeId, status, from.at, from.id],
      endKey: [storeId, status],
      includeDocuments: true,
      limit,
    })
    return rows.map(({ doc }) => doc as ConflictCase)
  }

  return {
    async openCases(suspects) {
      const keys = suspects.map(({ centralDatabase, documentId }) => [centralDatabase, documentId])
      if (keys.length === 0) return []
      const rows = await database.view(deskDesignName, 'open_by_document', { keys, includeDocuments: true })
      return rows.map(({ doc }) => doc as ConflictCase)
    },
    async unfinishedCases() {
      const rows = await database.view(deskDesignName, 'decided', { includeDocuments: true, limit: maxUnfinished })
      return rows.map(({ doc }) => doc as ConflictCase)
    },
    async open(conflict, apart) {
      const problems = schemaProblems(Conflict, conflict)
      if (problems.length > 0) throw new UnfitCaseError(describeProblems(problems))
      await keepApart(apart)
      let fresh = false
      const present = await change(conflict._id, (current) => {
        fresh = current === undefined || (current.status === 'resolved' && conflict.status === 'open')
        if (current === undefined) return conflict
        if (conflict.status === 'resolved') return undefined
        if (fresh) return reopenCase(current, conflict.at)
        // What was unknown when the case was opened, such as the common ancestor, is known now.
        const { decision } = conflict
        return decision === undefined || current.decision !== undefined ? undefined : { ...current, decision }
      })
      if (present.status === 'open' && present.decision === undefined) await copyOpen(present)
      return { conflict: present, fresh }
    },
    decide: (id, decision) =>
      change(id, (current) =>
        current?.status !== 'open' || current.decision !== undefined ? undefined : { ...current, decision },
      ),
    async giveToPerson({ _id }, reason, at) {
      const present = await change(_id, (current) =>
        current?.status !== 'open' || current.decision === undefined ? undefined : withoutDecision(current, reason, at),
      )
      if (present.status === 'open') await copyOpen(present)
    },
    async markUndone(id, undone) {
      const present = await change(id, (current) => (current === undefined ? undefined : { ...current, undone }))
      await copyToStores(present)
      return present
    },
    async explain(id, sentence) {
      const present = await change(id, (current) =>
        current === undefined || current.explanation?.includes(sentence) === true
          ? undefined
          : withSentence(current, sentence),
      )
      await copyOpen(present)
    },
    async bodyOf({ centralDatabase, documentId, leaves }, rev) {
      const kept = leaves.find((leaf) => leaf.rev === rev)?.body
      if (kept !== undefined && kept['keptApart'] === undefined) return kept
      const apart = await database.get(`leaf:${centralDatabase}:${documentId}:${rev}`)
      return apart?.['body'] as Readonly<Record<string, unknown>> | undefined
    },
    async close({ _id }, resolution, at) {
      const present = await find(_id)
      if (present === undefined || present.status === 'resolved') return
      await copyToStores(closeCase(present, resolution, at))
      const closed = await change(_id, (current) =>
        current === undefined || current.status === 'resolved' ? undefined : closeCase(current, resolution, at),
      )
      await copyToStores(closed)
    },
    find,
    list: listFrom,
    async knowsStore(storeId) {
      return (await listFrom({ storeId }, 1, undefined)).length > 0 || storeExists(client, storeId)
    },
  }
}

/** What a manager decided in the store stays in its copy: the desk knows only that the leaves are over. */
async function putCopy(store: CouchDatabase, copy: ConflictCase): Promise<void> {
  await store.update(copy._id, (current) => {
    const decided = caseOf(current)?.decision
    const wanted = copy.decision === undefined && decided !== undefined ? { ...copy, decision: decided } : copy
    return current !== undefined && canonicalHash(authoredBody(current)) === canonicalHash(wanted) ? undefined : wanted
  })
}

function authoredCase(conflict: ConflictCase): ConflictCase {
  return authoredBody(conflict) as ConflictCase
}

/** Only this service writes documents of this type to its database. */
function caseOf(document: StoredDocument | undefined): ConflictCase | undefined {
  return document?.['type'] === 'conflict' ? (document as unknown as ConflictCase) : undefined
}
