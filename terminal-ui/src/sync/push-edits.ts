/**
 * Sends what this till changed in databases that mostly come from the hub: edits of products, decisions of conflicts.
 *
 * 1. All leaves of a document go: what stands, and the ends of what lost. What stands goes first, because the hub takes the end
 *    of a revision only when it has the one that stands instead.
 * 2. An edit is confirmed when the hub says that it has every leaf, and only if it was not edited again meanwhile.
 * 3. What the hub refuses is recorded with the reason, and offered again in later runs.
 */
import { forgettableEdits, pendingEdits, type LocalEdit } from '../data/local-edits.ts'
import { readLeaves } from '../data/leaves.ts'
import type { BulkResult, StoredDocument } from '../data/pouch-types.ts'
import { isRefusal, missingAt, reasonOf, type PushInput } from './replication.ts'

type EditsInput = Omit<PushInput, 'positions'>

/** Documents of one run; the rest is due in the next. */
const maxEditsPerRun = 500

export async function pushEdits(input: EditsInput): Promise<void> {
  const edits = await input.device.edits()
  for (const edit of pendingEdits(edits, input.local.name, input.epoch).slice(0, maxEditsPerRun)) {
    await pushEdit(input, edit)
  }
  for (const { database, documentId } of forgettableEdits(edits)) await input.device.forgetEdit(database, documentId)
}

async function pushEdit({ device, local, remote, epoch, now }: EditsInput, edit: LocalEdit): Promise<void> {
  const { documentId } = edit
  const leaves = await readLeaves(local, documentId)
  const revs = leaves.map(({ _rev }) => _rev)
  const lacking = new Set(await missingRevisions(remote, documentId, revs))
  const missing = leaves.filter(({ _rev }) => lacking.has(_rev))
  let reason = 'the hub answered without storing it'
  for (const part of [missing.filter(isLive), missing.filter((leaf) => !isLive(leaf))]) {
    const results = part.length === 0 ? [] : await remote.bulkDocs(part, { new_edits: false })
    reason = firstReason(results) ?? reason
  }
  if ((await missingAt(remote, [[documentId, revs]])).length === 0) {
    await device.forgetRefusal(documentId)
    await device.confirmEdit(edit, epoch)
  } else {
    await device.recordRefusal({ database: local.name, documentId, reason }, now())
  }
}

async function missingRevisions(remote: EditsInput['remote'], documentId: string, revs: readonly string[]) {
  if (revs.length === 0) return []
  return (await remote.revsDiff({ [documentId]: revs }))[documentId]?.missing ?? []
}

function firstReason(results: readonly BulkResult[]): string | undefined {
  const refused = results.find(isRefusal)
  return refused === undefined ? undefined : reasonOf(refused)
}

function isLive(leaf: StoredDocument): boolean {
  return leaf['_deleted'] !== true
}
