import { generateKeyPairSync } from 'node:crypto'
import type { SyncLogEntry } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { sampleLog, signed } from '@tidemark/service-kit/test-support'
import { maxFaults, scanEntries, startScan } from './verify-epoch.ts'

const strangersKey = generateKeyPairSync('ed25519').privateKey

function logOf(count: number): { epoch: string; key: string; entries: SyncLogEntry[] } {
  const log = sampleLog('s001', 'a')
  for (let sequence = 1; sequence < count; sequence += 1) log.appendStored('inventory', sequence * 10)
  const [first] = log.entries
  const key = first?.event.kind === 'epoch-started' ? first.event.publicKey : ''
  return { epoch: log.epoch, key, entries: [...log.entries] }
}

function scan(log: { epoch: string; entries: readonly SyncLogEntry[] }, key: string | undefined, pageSize = 100) {
  const rows = log.entries.map((entry) => ({ number: entry.number, entry, leaf: '', recordedAt: '' }))
  let result = startScan(log.epoch)
  for (let start = 0; start < rows.length; start += pageSize) {
    result = scanEntries(result, rows.slice(start, start + pageSize), key)
  }
  return result
}

const faultsOf = (result: ReturnType<typeof scan>) => result.faults.map(({ kind, number }) => `${kind} ${number}`)

test('a whole log verifies, in pages of any size', () => {
  const log = logOf(9)
  const head = { number: 9, hash: log.entries[8]?.hash }
  for (let pageSize = 1; pageSize <= 10; pageSize += 1) {
    expect(scan(log, log.key, pageSize)).toMatchObject({ entries: 9, faultCount: 0, head })
  }
})

test.each<[string, (entries: SyncLogEntry[]) => void, string[]]>([
  ['a removed entry', (entries) => entries.splice(4, 1), ['gap 5', 'sequence-gap 6']],
  ['a removed beginning', (entries) => entries.splice(0, 2), ['gap 1', 'sequence-gap 3']],
  [
    'a changed entry',
    (entries) => entries.splice(4, 1, { ...at(entries, 5), at: '2026-11-22T09:00:00.000Z-0009-s001hub' }),
    ['hash-mismatch 5'],
  ],
  [
    'a changed entry with another hash',
    (entries) => entries.splice(4, 1, { ...at(entries, 5), hash: '0'.repeat(64) }),
    ['broken-link 6', 'hash-mismatch 5', 'wrong-signature 5'],
  ],
  [
    'the signature of a stranger',
    (entries) => entries.splice(4, 1, signed(at(entries, 5), strangersKey)),
    ['wrong-signature 5'],
  ],
  [
    'something that is no entry',
    (entries) => entries.splice(4, 1, { number: 5 } as SyncLogEntry),
    ['gap 5', 'sequence-gap 6', 'unreadable 5'],
  ],
])('%s is found, in pages of any size', (_, damage, expected) => {
  const log = logOf(9)
  damage(log.entries)
  for (let pageSize = 1; pageSize <= 10; pageSize += 1) {
    expect(faultsOf(scan(log, log.key, pageSize)).sort()).toEqual(expected)
  }
})

test('sequences that a log leaves out or tells twice are found although its chain is whole', () => {
  const log = sampleLog('s001', 'a')
  const stored = (afterSequence: number, throughSequence: number) =>
    log.append({ kind: 'documents-stored', database: 'catalog', afterSequence, throughSequence, documents: [] })
  stored(0, 10)
  stored(10, 20)
  stored(25, 30)
  stored(28, 35)
  stored(35, 40)
  const [first] = log.entries
  const key = first?.event.kind === 'epoch-started' ? first.event.publicKey : ''
  const result = scan(log, key)
  expect(result.faults.map(({ message }) => message)).toEqual([
    'catalog: goes on after 25, expected 20',
    'catalog: goes on after 28, expected 30',
  ])
  expect(faultsOf(result)).toEqual(['sequence-gap 4', 'sequence-overlap 5'])
})

test('a log without its key and a log with another key than the pinned one are not believed', () => {
  const log = logOf(3)
  expect(faultsOf(scan(log, undefined))).toEqual(['no-key 1'])
  const other = logOf(1).key
  expect(faultsOf(scan(log, other))).toEqual([
    'wrong-signature 1',
    'changed-key 1',
    'wrong-signature 2',
    'wrong-signature 3',
  ])
})

test('faults are counted to the end and listed up to a limit', () => {
  const log = logOf(150)
  const result = scan({ ...log, entries: log.entries.map((entry) => signed(entry, strangersKey)) }, log.key)
  expect([result.faultCount, result.faults.length]).toEqual([150, maxFaults])
})

function at(entries: readonly SyncLogEntry[], number: number): SyncLogEntry {
  const entry = entries.find((candidate) => candidate.number === number)
  if (entry === undefined) throw new RangeError(`no entry ${number}`)
  return entry
}
