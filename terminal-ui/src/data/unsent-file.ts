/** Writes documents of this till into a file that a person can carry to the hub (`POST /api/import`). */
import { maxUnsentDocuments, unsentFileFormat, type UnsentFile } from '@tidemark/contracts'
import { isNotFound, type StoredDocument } from './pouch-types.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export interface DocumentKey {
  readonly database: string
  readonly documentId: string
}

/** Undefined for a browser that was never a till, and when there is nothing to write. */
export async function buildUnsentFile(
  databases: TerminalDatabases,
  keys: readonly DocumentKey[],
  now: Date,
): Promise<UnsentFile | undefined> {
  const enrolment = await readEnrolment(databases)
  if (enrolment === undefined || keys.length === 0) return undefined
  const documents: UnsentFile['documents'] = []
  for (const { database, documentId } of keys.slice(0, maxUnsentDocuments)) {
    const document = await readWithHistory(databases, database, documentId)
    if (document !== undefined)
      documents.push({ database, document: document as UnsentFile['documents'][number]['document'] })
  }
  const { storeId, incarnation } = enrolment
  return { format: unsentFileFormat, version: 1, storeId, incarnation, writtenAt: now.toISOString(), documents }
}

/** Everything of this till's own, sent or not: what is there already is taken once. For a page that can't ask what was sent. */
export async function listOwnDocuments(databases: TerminalDatabases): Promise<DocumentKey[]> {
  const names = [...(await databases.salesDatabases()).reverse(), 'inventory']
  const keys: DocumentKey[] = []
  for (const database of names) {
    const { results } = await databases.named(database).changes({ since: 0 })
    keys.push(...results.filter(({ deleted }) => deleted !== true).map(({ id }) => ({ database, documentId: id })))
  }
  return keys
}

export function unsentFileName({ incarnation, writtenAt }: UnsentFile): string {
  return `tidemark-${incarnation}-${writtenAt.slice(0, 16).replaceAll(/[-:]/g, '')}.json`
}

/** A till whose enrolment was left still has its last one under its receipts. */
async function readEnrolment({ device }: TerminalDatabases) {
  return (await device.read('enrolment')) ?? (await device.read('last-enrolment'))
}

async function readWithHistory(
  databases: TerminalDatabases,
  database: string,
  id: string,
): Promise<StoredDocument | undefined> {
  try {
    return await databases.named(database).get(id, { revs: true })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
