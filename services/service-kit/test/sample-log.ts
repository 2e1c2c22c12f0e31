/** The sync log of a hub, sealed and signed as a hub does it. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import {
  clockNodeOfHub,
  formatStamp,
  genesisHash,
  sealEntry,
  syncLogId,
  type SyncLogEntry,
  type SyncLogEvent,
} from '@tidemark/contracts'

export interface SampleLog {
  readonly epoch: string
  /** The entries so far; number 1 is made with the log. */
  readonly entries: readonly SyncLogEntry[]
  append(event: SyncLogEvent): SyncLogEntry
  /** Tells of changes of a database up to a sequence. */
  appendStored(database: string, throughSequence: number): SyncLogEntry
  /** Another entry in place of one, with a hash and a signature that fit. */
  forge(entry: SyncLogEntry, changes: Partial<SyncLogEntry>): SyncLogEntry
}

/** `previous`: the log of the epoch before, whose last entry the first one names. */
export function sampleLog(storeId: string, epochDigit: string, previous?: SampleLog): SampleLog {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const epoch = epochDigit.repeat(32)
  const entries: SyncLogEntry[] = []
  const sequences = new Map<string, number>()

  function append(event: SyncLogEvent): SyncLogEntry {
    const number = entries.length + 1
    const wallMs = Date.UTC(2026, 10, 22, 9) + number * 1000
    const body = {
      _id: syncLogId(epoch, number),
      type: 'sync-log-entry' as const,
      schemaVersion: 1,
      storeId,
      at: formatStamp({ wallMs, counter: 0 }, clockNodeOfHub(storeId)),
      by: { id: 'hub', role: 'system' as const },
      epoch,
      number,
      event,
    }
    const entry = signed(sealEntry(body, entries.at(-1)?.hash ?? genesisHash), privateKey)
    entries.push(entry)
    return entry
  }

  append({
    kind: 'epoch-started',
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64'),
    ...tieTo(previous),
  })
  return {
    epoch,
    entries,
    append,
    appendStored(database, throughSequence) {
      const afterSequence = sequences.get(database) ?? 0
      sequences.set(database, throughSequence)
      return append({ kind: 'documents-stored', database, afterSequence, throughSequence, documents: [] })
    },
    forge: (entry, changes) => {
      const { hash: _hash, signature: _signature, ...body } = { ...entry, ...changes }
      return signed(sealEntry(body, body.previousHash), privateKey)
    },
  }
}

export function signed<Entry extends { readonly hash: string }>(
  entry: Entry,
  key: KeyObject,
): Entry & { signature: string } {
  return { ...entry, signature: sign(null, Buffer.from(entry.hash, 'hex'), key).toString('base64') }
}

function tieTo(previous: SampleLog | undefined): Pick<Extract<SyncLogEvent, { kind: 'epoch-started' }>, 'previous'> {
  const last = previous?.entries.at(-1)
  return last === undefined ? {} : { previous: { epoch: last.epoch, number: last.number, hash: last.hash } }
}
