import { badRequest } from './errors.ts'

/** How update sequences look in answers. Whatever they look like, the number before the first '-' is the sequence. */
export interface SequenceFormat {
  format(sequence: number): number | string
  /** `now` stays; throws 400 for what no server of this kind ever gave out. */
  parse(value: unknown): number | 'now'
}

/** `tag` ends an opaque sequence; CouchDB puts the shards' states there. */
export function sequenceFormat(kind: 'numbers' | 'opaque', tag: string): SequenceFormat {
  return {
    format: (sequence) => (kind === 'numbers' ? sequence : `${sequence}-${tag}`),
    parse(value) {
      if (value === undefined || value === '' || value === null) return 0
      if (value === 'now') return 'now'
      const digits = /^"?(\d{1,15})(?:-[^"]*)?"?$/.exec(String(value))?.[1]
      if (digits === undefined) throw badRequest("Malformed sequence supplied in 'since' parameter.")
      return Number(digits)
    },
  }
}
