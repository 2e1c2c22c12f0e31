/** A conflict in a few words. */
import { describeWriter, parseStamp } from '@tidemark/contracts'
import type { ConflictCase } from '../data/answers.ts'
import { moment } from '../data/format.ts'

type Body = Readonly<Record<string, unknown>>

/** The name of what it is about, where it has one. */
export function subjectOf({ leaves, documentId }: ConflictCase): string {
  const name = leaves.map(({ body }) => body['name']).find((value) => typeof value === 'string')
  return typeof name === 'string' && name !== '' ? name : documentId
}

/** `store s001 and head office`. */
export function sidesText({ leaves }: ConflictCase): string {
  const writers = [...new Set(leaves.map(({ body }) => describeWriter(body)))]
  return writers.length === 1 ? `${leaves.length} versions of ${writers[0]}` : writers.join(' and ')
}

/** `Store s001`. */
export function writerTitle(body: Body): string {
  const writer = describeWriter(body)
  return writer.charAt(0).toUpperCase() + writer.slice(1)
}

/** Who it was, and when, by the stamp of the document. */
export function authorText(body: Body): string {
  const by = body['by'] as { readonly name?: unknown; readonly id?: unknown; readonly role?: unknown } | undefined
  const who = [by?.name, by?.id].find((value) => typeof value === 'string' && value !== '')
  const stamp = typeof body['at'] === 'string' ? body['at'] : ''
  const when = parseStamp(stamp) === undefined ? '' : moment(stamp)
  return [who, when].filter((part) => typeof part === 'string' && part !== '').join(' · ')
}

/** When a field was changed last, where the document says so. */
export function fieldTimeText(body: Body, field: string): string {
  const times = body['fieldTimes']
  const stamp = typeof times === 'object' && times !== null ? (times as Body)[field] : undefined
  return typeof stamp === 'string' ? moment(stamp) : ''
}

/** Who wrote a version, within a sentence. */
export function writerOf({ leaves }: ConflictCase, rev: string): string {
  return writerTitle(leaves.find((leaf) => leaf.rev === rev)?.body ?? {}).toLowerCase()
}

/** `3-0123456789abcdef…` → `3-01234567`. */
export function shortRev(rev: string): string {
  return rev.replace(/^(\d+-.{8}).*$/, '$1')
}
