// Takes a command line apart, runs the command, prints its result, and turns every failure into one line and an exit code.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { findRunningHub, readAdministratorToken, type ReportProgress } from '../administration/index.ts'
import { BackupError } from '../backup/index.ts'
import { describeError, HubError } from '../errors.ts'
import { CliError, exitCodes, usageError } from './cli-error.ts'
import type { Arguments, Command, CommandResult } from './command.ts'
import { commands } from './commands/index.ts'
import type { CliConfig } from './config.ts'
import { printable } from './format.ts'
import { commandHelp, globalOptions, overviewHelp } from './help.ts'
import type { HubAccess } from './hub-access.ts'
import { createProgressLine, type Screen } from './progress-line.ts'
import { connectRunningHub } from './running-hub-access.ts'
import { openStoppedHub } from './stopped-hub-access.ts'

export interface CommandLine {
  /** Without the program's own name. */
  readonly words: readonly string[]
  readonly config: CliConfig
  readonly stdout: Pick<NodeJS.WritableStream, 'write'>
  /** Progress and complaints. */
  readonly stderr: Screen
  readonly nowMs: number
}

/** Resolves with the exit code; never rejects. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const isJson = line.words.includes('--json')
  const progress = createProgressLine(line.stderr)
  try {
    const result = await run(line, progress.report)
    progress.clear()
    if (typeof result === 'string') line.stdout.write(`${result}\n`)
    else line.stdout.write(`${isJson ? JSON.stringify(result.data, null, 2) : result.text}\n`)
    return typeof result !== 'string' && result.isProblem === true ? exitCodes.problem : exitCodes.ok
  } catch (error) {
    progress.clear()
    const { code, message, exitCode } = toCliError(error)
    if (isJson) line.stdout.write(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`)
    else line.stderr.write(`hub: ${printable(message)}\n${exitCode === exitCodes.usage ? 'Try: hub --help\n' : ''}`)
    return exitCode
  }
}

/** A text for help, else the result of the command. */
async function run(line: CommandLine, report: ReportProgress): Promise<CommandResult | string> {
  const words = optionsLast(line.words)
  const command = findCommand(words)
  if (command === undefined) {
    const group = commands.filter((known) => known.words[0] === words[0])
    const isGroup = group.length > 0 && (words[1] ?? '-').startsWith('-')
    const wantsHelp = words.length === 0 || words.includes('--help') || words.includes('-h')
    if (wantsHelp || isGroup) return overviewHelp(isGroup ? group : commands)
    throw usageError(`There is no command "${words.filter((word) => !word.startsWith('-')).join(' ')}"`)
  }
  const given = parse(command, words.slice(command.words.length))
  if (given.flag('help')) return commandHelp(command)
  requirePositionals(command, given.positionals)
  const folder = given.text('data-dir') ?? line.config.dataDirectory
  if (folder === undefined) throw usageError('Say which hub: --data-dir, or HUB_DATA_DIR in the environment')
  const dataDirectory = path.resolve(folder)

  let opened: Promise<HubAccess> | undefined
  const hub = (): Promise<HubAccess> => (opened ??= connect(dataDirectory))
  const { user } = line.config
  try {
    return await command.run({ arguments: given, dataDirectory, user, nowMs: line.nowMs, report, hub })
  } finally {
    await opened?.then(
      (access) => access.close(),
      () => undefined,
    )
  }
}

/** `--json status` as well as `status --json`. */
function optionsLast(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word, index) => !word.startsWith('-') && words[index - 1] !== '--data-dir')
  return first === -1 ? words : [...words.slice(first), ...words.slice(0, first)]
}

function findCommand(words: readonly string[]): Command | undefined {
  return commands.find((command) => command.words.every((word, index) => words[index] === word))
}

function parse(command: Command, words: readonly string[]): Arguments {
  try {
    const options = { ...command.options, ...globalOptions }
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
    return {
      positionals,
      text(name) {
        const value = (values as Record<string, unknown>)[name]
        return typeof value === 'string' ? value : undefined
      },
      flag: (name) => (values as Record<string, unknown>)[name] === true,
    }
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}

function requirePositionals({ words, positionals }: Command, given: readonly string[]): void {
  const required = positionals.filter((name) => name.startsWith('<'))
  const takesSeveral = positionals.some((name) => name.includes('…'))
  const missing = required[given.length]
  if (missing !== undefined) throw usageError(`hub ${words.join(' ')}: ${missing} is missing`)
  if (given.length > positionals.length && !takesSeveral) {
    throw usageError(`hub ${words.join(' ')}: "${given[positionals.length] ?? ''}" is one too many`)
  }
}

async function connect(dataDirectory: string): Promise<HubAccess> {
  const running = await findRunningHub(dataDirectory)
  const token = running === undefined ? undefined : await readAdministratorToken(dataDirectory)
  const access = running === undefined || token === undefined ? undefined : await connectRunningHub(running, token)
  return access ?? openStoppedHub(dataDirectory)
}

function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (error instanceof BackupError || error instanceof HubError) return new CliError(error.code, error.message)
  if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
    return new CliError('not-allowed', `${error.message}: run this as the user of the hub`)
  }
  return new CliError('internal', describeError(error), exitCodes.problem, { cause: error })
}
