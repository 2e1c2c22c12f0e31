import { badRequest } from './errors.ts'

/** How update sequences look in answers. Whatever they look like, the number before the first '-' is the sequence. */
export interface SequenceFormat {
  /** as JSON text */
  text(sequence: number): string
  /**
   * `now` stays; throws 400 for what no server of this kind ever gave out. A sequence of another epoch is 0: what it counted
   * is not what is counted here, so its holder has to see everything again.
   */
  parse(value: unknown): number | 'now'
}

/** `tag` gives the end of an opaque sequence, which stands for the epoch; CouchDB puts the shards' states there. */
export function sequenceFormat(kind: 'numbers' | 'opaque', tag: () => string): SequenceFormat {
  return {
    text: (sequence) => (kind === 'numbers' ? String(sequence) : `"${sequence}-${tag()}"`),
    parse(value) {
      if (value === undefined || value === '' || value === null) return 0
      if (value === 'now') return 'now'
      const [, digits, given] = /^"?(\d{1,15})(?:-([^"]*))?"?$/.exec(String(value)) ?? []
      if (digits === undefined) throw badRequest("Malformed sequence supplied in 'since' parameter.")
      return kind === 'opaque' && given !== undefined && given !== tag() ? 0 : Number(digits)
    },
  }
}
