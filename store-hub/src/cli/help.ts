import type { Command, CommandOption } from './command.ts'
import { formatFields } from './format.ts'

export const globalOptions = {
  'data-dir': { type: 'string', value: 'folder', description: 'data folder of the hub (default: $HUB_DATA_DIR)' },
  json: { type: 'boolean', description: 'print JSON' },
  help: { type: 'boolean', short: 'h', description: 'show this' },
} as const satisfies Record<string, CommandOption>

/** The help of everything, or of the commands that begin with the same word. */
export function overviewHelp(commands: readonly Command[]): string {
  const list = commands.map((command): [string, string] => [`  ${usageOf(command)}`, command.summary])
  return [
    'hub: looks after the hub of a store, on its own machine.',
    '',
    'Usage: hub <command> [options]',
    '',
    formatFields(list),
    '',
    optionsHelp(globalOptions),
    '',
    'It asks the hub that runs on the data folder; without one it opens the store itself.',
    'Exit codes: 0 done, 1 not done or something is wrong, 2 the command line is not understood.',
  ].join('\n')
}

export function commandHelp(command: Command): string {
  return [
    `hub ${usageOf(command)}: ${command.summary}`,
    '',
    `Usage: hub ${usageOf(command)} [options]`,
    '',
    optionsHelp({ ...command.options, ...globalOptions }),
  ].join('\n')
}

const usageOf = ({ words, positionals }: Command): string => [...words, ...positionals].join(' ')

function optionsHelp(options: Readonly<Record<string, CommandOption>>): string {
  const rows = Object.entries(options).map(([name, { value, short, description }]): [string, string] => {
    const long = value === undefined ? `--${name}` : `--${name} <${value}>`
    return [short === undefined ? `  ${long}` : `  -${short}, ${long}`, description]
  })
  return `Options:\n${formatFields(rows)}`
}
