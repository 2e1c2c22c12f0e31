// Documents as JSON text, made by putting CouchDB's members before the stored text of the body: nothing is parsed and
// written again, so numbers that JavaScript can't hold come out as they came in.
import type { DocumentHead, RevisionHistory, StoredRevision } from '../store/index.ts'

/** As it is stored, or as it is to be: then without a revision when it has none yet. */
export type DocumentParts = Omit<StoredRevision, 'rev'> & { readonly rev: string | undefined }

/** `{"_id":…,"_rev":…,` the annotations `,` the members of the body `}`. Annotations begin with a comma each. */
export function documentText({ id, rev, deleted, body }: DocumentParts, annotations = ''): string {
  const revision = rev === undefined ? '' : `,"_rev":${JSON.stringify(rev)}`
  const head = `{"_id":${JSON.stringify(id)}${revision}${deleted ? ',"_deleted":true' : ''}${annotations}`
  return body.length <= 2 ? `${head}}` : `${head},${body.slice(1)}`
}

export function revisionsAnnotation({ start, ids }: RevisionHistory): string {
  return `,"_revisions":{"start":${start},"ids":${JSON.stringify(ids)}}`
}

/** `_conflicts`: the leaves that live besides the revision shown; nothing when there is none. */
export function conflictsAnnotation(head: DocumentHead, shown = head.rev): string {
  return revisionList('_conflicts', head, shown, false)
}

export function deletedConflictsAnnotation(head: DocumentHead, shown = head.rev): string {
  return revisionList('_deleted_conflicts', head, shown, true)
}

function revisionList(name: string, { leaves }: DocumentHead, shown: string, deleted: boolean): string {
  if (leaves.length <= 1) return ''
  const others = leaves.filter((leaf) => leaf.deleted === deleted && leaf.rev !== shown).map((leaf) => leaf.rev)
  return others.length === 0 ? '' : `,"${name}":${JSON.stringify(others)}`
}
