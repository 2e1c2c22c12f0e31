import type { VerifyReport } from '../../administration/index.ts'
import { CliError } from '../cli-error.ts'
import type { Command } from '../command.ts'
import { formatBytes, formatCount, formatTable, printable } from '../format.ts'

export const databasesCommand: Command = {
  words: ['databases'],
  summary: 'every database: documents, sequence, size, and what a compaction could give back',
  positionals: [],
  options: {},
  async run({ hub }) {
    const { databases } = await (await hub()).overview()
    const columns = [
      { title: 'DATABASE' },
      { title: 'DOCUMENTS', right: true },
      { title: 'DELETED', right: true },
      { title: 'SEQUENCE', right: true },
      { title: 'SIZE', right: true },
      { title: 'IN USE', right: true },
    ]
    const rows = databases.map(({ name, documents, deleted, sequence, fileBytes, activeBytes }) => [
      name,
      formatCount(documents),
      formatCount(deleted),
      formatCount(sequence),
      formatBytes(fileBytes),
      formatBytes(activeBytes),
    ])
    return { data: databases, text: formatTable(columns, rows) }
  },
}

export const compactCommand: Command = {
  words: ['compact'],
  summary: 'remove the bodies of old revisions and give their room back; the hub goes on meanwhile',
  positionals: ['[database…]'],
  options: {},
  async run({ hub, arguments: { positionals }, report }) {
    const access = await hub()
    const known = new Set((await access.overview()).databases.map(({ name }) => name))
    const unknown = positionals.find((name) => !known.has(name))
    if (unknown !== undefined) throw new CliError('not-found', `There is no database ${unknown}`)
    const done = await access.compact(positionals.length === 0 ? undefined : positionals, report)
    const columns = [{ title: 'DATABASE' }, { title: 'BEFORE', right: true }, { title: 'AFTER', right: true }]
    const rows = done.databases.map(({ name, bytesBefore, bytesAfter }) => [
      name,
      formatBytes(bytesBefore),
      formatBytes(bytesAfter),
    ])
    return { data: done, text: formatTable(columns, rows) }
  },
}

export const verifyCommand: Command = {
  words: ['verify'],
  summary: 'look for damage: files, revision trees, bodies, counts, the chain and signatures of the sync log',
  positionals: [],
  options: {},
  async run({ hub, report }) {
    const done = await (await hub()).verify(report)
    return { data: done, text: describe(done), isProblem: !done.ok }
  },
}

function describe({ ok, databases, syncLog }: VerifyReport): string {
  const verdict = (problemCount: number): string =>
    problemCount === 0 ? 'good' : `${formatCount(problemCount)} ${problemCount === 1 ? 'problem' : 'problems'}`
  const table = formatTable(
    [{ title: 'DATABASE' }, { title: 'DOCUMENTS', right: true }, { title: 'VERDICT' }],
    databases.map(({ name, documents, problemCount }) => [name, formatCount(documents), verdict(problemCount)]),
  )
  const chains = formatTable(
    [{ title: 'SYNC LOG OF EPOCH' }, { title: 'ENTRIES', right: true }, { title: 'VERDICT' }],
    syncLog.map(({ epoch, entries, problemCount }) => [epoch, formatCount(entries), verdict(problemCount)]),
  )
  const problems = [
    ...databases.flatMap(({ name, problems: found }) => found.map((problem) => `${name}: ${problem}`)),
    ...syncLog.flatMap(({ epoch, problems: found }) => found.map((problem) => `sync log ${epoch}: ${problem}`)),
  ].map(printable)
  const last = ok
    ? 'Nothing is wrong.'
    : 'Something is wrong: keep a copy of this folder before anything else is done with it.'
  return [table, '', chains, '', ...(problems.length === 0 ? [] : [...problems, '']), last].join('\n')
}
