import { readFile } from 'node:fs/promises'
import { schemaProblems, UnsentFile, type ImportReport } from '@tidemark/contracts'
import { CliError } from '../cli-error.ts'
import type { Command } from '../command.ts'
import { formatCount, formatFields, printable } from '../format.ts'

export const importCommand: Command = {
  words: ['import'],
  summary: 'take in a file of what a till could not send; it may be brought again, what is there is there once',
  positionals: ['<file>'],
  options: { by: { type: 'string', value: 'person', description: 'who brings it, for the sync log' } },
  async run({ hub, user, arguments: { positionals, text } }) {
    const file = await readUnsentFile(positionals[0] ?? '')
    const report = await (await hub()).importFile(file, text('by') ?? user)
    return { data: report, text: describe(report), isProblem: report.refused.length > 0 }
  },
}

async function readUnsentFile(path: string): Promise<UnsentFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError('not-found', `The file ${path} can't be read`, 1, { cause })
  })
  const value = parse(text)
  const [problem] = schemaProblems(UnsentFile, value)
  if (problem === undefined) return value as UnsentFile
  throw new CliError('validation-failed', `${path} is no file of a till: ${problem.field} ${problem.message}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describe({ documents, stored, alreadyThere, refused, missing }: ImportReport): string {
  const fields = formatFields([
    ['documents', formatCount(documents)],
    ['stored', formatCount(stored)],
    ['already there', formatCount(alreadyThere)],
    ['refused', formatCount(refused.length)],
  ])
  const refusals = refused.map(({ id, reason }) => `${printable(id)}: ${printable(reason)}`)
  const gaps = missing.map(({ incarnation, after, next }) =>
    next === after + 2
      ? `${incarnation}: receipt ${next - 1} is missing`
      : `${incarnation}: receipts ${after + 1} to ${next - 1} are missing`,
  )
  const kept = refused.length === 0 ? [] : ['', ...refusals, 'What was refused is kept: see "hub quarantine list".']
  return [fields, ...kept, ...(gaps.length === 0 ? [] : ['', ...gaps])].join('\n')
}
