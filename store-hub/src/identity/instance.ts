/**
 * Which hub this is: a random id in `<data folder>/identity.json`, and what it last knew of the lease. The file is no
 * part of a backup: what is restored from one is another hub with the same store.
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { readFileIfAny, writeFileDurably } from '../store/index.ts'

/** Beside the databases; backups leave it out. */
export const identityFile = 'identity.json'

/** What the hub knew of the lease when it last heard of it. */
export interface LeaseNote {
  readonly fencing: number
  /** Why the hub is read-only; null while it holds the lease. */
  readonly readOnly: string | null
}

export interface HubIdentity {
  /** 32 hexadecimal digits */
  readonly instance: string
  readonly note: LeaseNote | undefined
  /** Resolves when it is on disk. */
  saveNote(note: LeaseNote): Promise<void>
}

/** Reads the identity of the data folder, and makes one when there is none or the file can't be read. */
export async function openIdentity(directory: string): Promise<HubIdentity> {
  const file = path.join(directory, identityFile)
  const kept = parseIdentity(await readFileIfAny(file))
  const instance = kept?.instance ?? randomBytes(16).toString('hex')
  const write = (note: LeaseNote | undefined): Promise<void> =>
    writeFileDurably(file, `${JSON.stringify({ instance, ...(note !== undefined && { lease: note }) })}\n`)
  if (kept === undefined) await write(undefined)
  let note = kept?.lease
  return {
    instance,
    get note() {
      return note
    },
    async saveNote(next) {
      if (next.fencing === note?.fencing && next.readOnly === note.readOnly) return
      await write(next)
      note = next
    },
  }
}

function parseIdentity(text: string | undefined): { instance: string; lease?: LeaseNote } | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    if (typeof value !== 'object' || value === null || !('instance' in value)) return undefined
    const { instance } = value
    if (typeof instance !== 'string' || !/^[0-9a-f]{32}$/.test(instance)) return undefined
    const lease = 'lease' in value ? toNote(value.lease) : undefined
    return { instance, ...(lease !== undefined && { lease }) }
  } catch {
    return undefined
  }
}

function toNote(value: unknown): LeaseNote | undefined {
  if (typeof value !== 'object' || value === null || !('fencing' in value) || !('readOnly' in value)) return undefined
  const { fencing, readOnly } = value
  return typeof fencing === 'number' ? { fencing, readOnly: typeof readOnly === 'string' ? readOnly : null } : undefined
}
