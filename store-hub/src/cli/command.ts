import type { ParseArgsOptionDescriptor } from 'node:util'
import type { ReportProgress } from '../administration/index.ts'
import type { HubAccess } from './hub-access.ts'

export interface CommandOption extends ParseArgsOptionDescriptor {
  readonly description: string
  /** How the value is named in the help, for an option that takes one. */
  readonly value?: string
}

export interface Arguments {
  readonly positionals: readonly string[]
  /** Value of an option that takes one, undefined when it was not given. */
  text(name: string): string | undefined
  flag(name: string): boolean
}

export interface CommandContext {
  readonly arguments: Arguments
  /** absolute */
  readonly dataDirectory: string
  /** Who runs the command. */
  readonly user: string
  readonly nowMs: number
  readonly report: ReportProgress
  /** Opened at the first call. */
  hub(): Promise<HubAccess>
}

export interface CommandResult {
  /** What `--json` prints. */
  readonly data: unknown
  /** What a person reads. */
  readonly text: string
  /** True makes the exit code 1: it was done, and something is wrong. */
  readonly isProblem?: boolean
}

export interface Command {
  /** Words of the command line, such as `['quarantine', 'list']`. */
  readonly words: readonly string[]
  readonly summary: string
  /** Names of the positional arguments; one in brackets may be left out, `…` takes several. */
  readonly positionals: readonly string[]
  readonly options: Readonly<Record<string, CommandOption>>
  run(context: CommandContext): Promise<CommandResult>
}
