import type { DatabaseStatus, FeedStatus, HubStatus } from '@tidemark/contracts'
import type { Overview } from '../../administration/index.ts'
import type { Command } from '../command.ts'
import { describeLease } from './lease.ts'
import { formatAgo, formatBytes, formatCount, formatDuration, formatFields, formatTable, printable } from '../format.ts'

export const statusCommand: Command = {
  words: ['status'],
  summary: 'how the hub is: store, lines, lag, terminals, quarantine, disk, last backup',
  positionals: [],
  options: {},
  async run({ hub, nowMs }) {
    const access = await hub()
    const overview = await access.overview()
    return { data: { running: access.isRunning, ...overview }, text: describe(overview, nowMs) }
  },
}

function describe(overview: Overview, nowMs: number): string {
  const { hub, disk, databases, lastBackup, quarantine, epochReason } = overview
  const storeBytes = databases.reduce((sum, { fileBytes }) => sum + fileBytes, 0)
  const backup =
    lastBackup === null
      ? 'none'
      : `${formatAgo(lastBackup.at, nowMs)}, ${formatBytes(lastBackup.bytes)}, ${lastBackup.target}`
  const fields: [string, string][] = [
    ['store', [overview.storeId ?? 'unknown', hub?.name].filter((part) => part !== undefined).join('  ')],
    ['hub', hub === null ? 'not running' : `running for ${formatDuration(nowMs - Date.parse(hub.startedAt))}`],
    ['epoch', epochReason === null ? overview.epoch : `${overview.epoch}  ${printable(epochReason)}`],
    ...(hub === null ? [] : lineFields(hub)),
    ['quarantine', `${formatCount(quarantine.open)} open of ${formatCount(quarantine.total)}`],
    [
      'disk',
      `${formatBytes(disk.freeBytes)} free of ${formatBytes(disk.totalBytes)}; the store has ${formatBytes(storeBytes)}`,
    ],
    ['last backup', backup],
    ['data folder', overview.dataDirectory],
  ]
  return `${formatFields(fields)}\n\n${hub === null ? sizes(overview) : lags(hub, nowMs)}`
}

function lineFields({ wan, terminals, openConflicts, lease }: HubStatus): [string, string][] {
  return [
    ['central', wan.central],
    ['nats', wan.nats],
    ['terminals', `${terminals.enrolled} enrolled, ${terminals.connected} connected`],
    ['conflicts', `${formatCount(openConflicts)} open`],
    ...(lease === undefined ? [] : [['lease', describeLease(lease)] satisfies [string, string]]),
  ]
}

function lags({ databases }: HubStatus, nowMs: number): string {
  const columns = [
    { title: 'DATABASE' },
    { title: 'DOCUMENTS', right: true },
    { title: 'SEQUENCE', right: true },
    { title: 'TO CENTRAL' },
    { title: 'FROM CENTRAL' },
    { title: 'TO NATS' },
  ]
  const rows = databases.map(({ database, documents, sequence, push, pull, publish }) => [
    database,
    formatCount(documents),
    formatCount(sequence),
    describeFeed(push, nowMs),
    describeFeed(pull, nowMs),
    describeFeed(publish, nowMs),
  ])
  const errors = databases.flatMap(lastErrors)
  return [formatTable(columns, rows), ...(errors.length === 0 ? [] : ['', ...errors])].join('\n')
}

function describeFeed(feed: FeedStatus | null, nowMs: number): string {
  if (feed === null) return '–'
  if (feed.lagDocuments === 0) return feed.failures === 0 ? 'up to date' : `failed ${feed.failures}×`
  const since = feed.behindSince === null ? '' : ` for ${formatDuration(nowMs - Date.parse(feed.behindSince))}`
  return `${formatCount(feed.lagDocuments)} behind${since}`
}

function lastErrors({ database, push, pull, publish }: DatabaseStatus): string[] {
  const ways: [string, FeedStatus | null][] = [
    ['to central', push],
    ['from central', pull],
    ['to nats', publish],
  ]
  return ways.flatMap(([way, feed]) => {
    const error = feed?.lastError ?? null
    return error === null ? [] : [`${database} ${way}: ${printable(error)}`]
  })
}

function sizes({ databases }: Overview): string {
  return formatTable(
    [
      { title: 'DATABASE' },
      { title: 'DOCUMENTS', right: true },
      { title: 'SEQUENCE', right: true },
      { title: 'SIZE', right: true },
    ],
    databases.map(({ name, documents, sequence, fileBytes }) => [
      name,
      formatCount(documents),
      formatCount(sequence),
      formatBytes(fileBytes),
    ]),
  )
}
