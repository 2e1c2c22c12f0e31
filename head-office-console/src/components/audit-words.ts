/** An entry of the audit in a sentence. */
import type { AuditEntry } from '../data/answers.ts'
import { plural } from '../data/format.ts'

type Body = Readonly<Record<string, unknown>>

export function eventOf({ entry }: Pick<AuditEntry, 'entry'>): Body {
  const event = entry['event']
  return typeof event === 'object' && event !== null ? (event as Body) : {}
}

export function eventText(entry: Pick<AuditEntry, 'entry'>): string {
  const event = eventOf(entry)
  const text = (name: string): string => String(event[name] ?? '')
  const documents = Array.isArray(event['documents']) ? (event['documents'] as readonly Body[]) : []
  switch (text('kind')) {
    case 'documents-stored':
      return `${plural(documents.length, 'document')} in ${text('database')}: ${namesOf(documents)}`
    case 'documents-refused':
      return `${plural(documents.length, 'document')} of ${text('origin')} for ${text('database')}: ${namesOf(documents)}`
    case 'replication-run':
      return `${text('direction')} of ${text('database')}: ${text('documentsWritten')} written, ${text('documentsRefused')} refused`
    case 'conflict-seen':
    case 'conflict-settled':
      return `${text('id')} in ${text('database')}`
    default:
      return Object.entries(event)
        .filter(([name, value]) => name !== 'kind' && typeof value !== 'object')
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', ')
  }
}

const shownNames = 2

function namesOf(documents: readonly Body[]): string {
  const names = documents.slice(0, shownNames).map(({ id }) => String(id))
  return documents.length > shownNames ? `${names.join(', ')}, …` : names.join(', ')
}
