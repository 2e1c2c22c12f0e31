/** Configuration of head office's console: where its files are, and the services that it asks besides this one. */
import { fileURLToPath } from 'node:url'

/** Names below `/console/api/`, as the console asks for them. */
export const consoleServices = ['inventory', 'conflicts', 'sync-log'] as const
export type ConsoleService = (typeof consoleServices)[number]

export interface ConsoleConfig {
  readonly directory: string
  readonly services: Readonly<Record<ConsoleService, string>>
  /** Answers a token to whoever asks: a demo's. Undefined: people bring the token of their identity provider. */
  readonly signInUrl: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

const variables: Readonly<Record<ConsoleService, string>> = {
  inventory: 'INVENTORY_URL',
  conflicts: 'CONFLICTS_URL',
  'sync-log': 'SYNC_LOG_URL',
}
const builtConsole = fileURLToPath(new URL('../../../../head-office-console/dist', import.meta.url))

/** Undefined where none of the addresses is given: then there is no console. Adds what is wrong to `problems`. */
export function loadConsoleConfig(env: Environment, problems: string[]): ConsoleConfig | undefined {
  const given = consoleServices.filter((service) => env[variables[service]])
  if (given.length === 0) return undefined
  const urlOf = (name: string): string => {
    const url = env[name] ?? ''
    if (url === '') problems.push(`${name} is missing: the console needs the addresses of all three other services`)
    else if (!isHttpUrl(url)) problems.push(`${name} must be a URL that starts with http:// or https://`)
    return url
  }
  const [inventory, conflicts, syncLog] = consoleServices.map((service) => urlOf(variables[service]))
  const signInUrl = env['CONSOLE_SIGN_IN_URL'] || undefined
  if (signInUrl !== undefined && !isHttpUrl(signInUrl)) {
    problems.push('CONSOLE_SIGN_IN_URL must be a URL that starts with http:// or https://')
  }
  return {
    directory: env['CONSOLE_DIR'] || builtConsole,
    services: { inventory: inventory ?? '', conflicts: conflicts ?? '', 'sync-log': syncLog ?? '' },
    signInUrl,
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)
}
