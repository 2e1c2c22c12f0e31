/** Configuration of `make demo`, and the few variables of the machine that child processes and tools need. */
import { resolve } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

export interface DemoConfig {
  /** How many stores, 1 to 9. */
  readonly stores: number
  /** First of about seventy ports, see addresses.ts. */
  readonly portBase: number
  /** Absolute path; kept between runs. */
  readonly dataDir: string
  /** Absent: the embedded central is started. */
  readonly couchdbUrl?: string
  /** Absent: a nats-server is started. */
  readonly natsUrl?: string
  /** Start anew: the data folder is emptied first. */
  readonly reset: boolean
  readonly machine: MachineConfig
}

/** What is passed on to child processes; nothing else of the environment reaches them. */
export interface MachineConfig {
  readonly path: string
  readonly home: string
  readonly goPath?: string
  /** A nats-server named outright. */
  readonly natsServer?: string
  /** Of hubs, services and central. */
  readonly logLevel: string
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Readonly<DemoConfig> }
  | { readonly ok: false; readonly problems: readonly string[] }

const highestPortOffset = 99

/** An empty variable counts as absent, which is what `make` hands on for a variable that nobody set. */
export function loadConfig(env: Environment): ConfigResult {
  const problems: string[] = []
  const stores = integerIn(env, 'STORES', 2, 1, 9, problems)
  const portBase = integerIn(env, 'PORT_BASE', 4700, 1024, 65_535 - highestPortOffset, problems)
  const couchdbUrl = urlIn(env, 'COUCHDB_URL', problems)
  const natsUrl = urlIn(env, 'NATS_URL', problems)
  const reset = env['RESET'] ?? ''
  if (!['', '0', '1'].includes(reset)) problems.push(`RESET must be 1 or absent, got "${reset}"`)
  if (problems.length > 0) return { ok: false, problems }
  const config: DemoConfig = {
    stores,
    portBase,
    dataDir: resolve(env['DATA_DIR'] || '.data/demo'),
    ...(couchdbUrl === undefined ? {} : { couchdbUrl }),
    ...(natsUrl === undefined ? {} : { natsUrl }),
    reset: reset === '1',
    machine: loadMachineConfig(env),
  }
  return { ok: true, config: Object.freeze(config) }
}

export function loadMachineConfig(env: Environment): MachineConfig {
  return Object.freeze({
    path: env['PATH'] ?? '',
    home: env['HOME'] ?? '/',
    ...(env['GOPATH'] ? { goPath: env['GOPATH'] } : {}),
    ...(env['NATS_SERVER'] ? { natsServer: env['NATS_SERVER'] } : {}),
    logLevel: env['LOG_LEVEL'] || 'info',
  })
}

/** Problems of a URL that is to go through a WAN link, which forwards plain TCP and so can't stand in for a TLS host. */
export function plainUrlProblem(name: string, text: string): string | undefined {
  const protocols = name === 'COUCHDB_URL' ? ['http:'] : ['nats:']
  if (!URL.canParse(text)) return `${name} is not a URL: ${withoutCredentials(text)}`
  const url = new URL(text)
  if (!protocols.includes(url.protocol)) {
    return `${name} must begin with ${protocols.join(' or ')}//, got ${url.protocol}// (the WAN switch forwards plain TCP)`
  }
  return url.hostname === '' ? `${name} names no host` : undefined
}

function urlIn(env: Environment, name: string, problems: string[]): string | undefined {
  const text = env[name]
  if (text === undefined || text === '') return undefined
  const problem = plainUrlProblem(name, text)
  if (problem !== undefined) problems.push(problem)
  return text
}

function integerIn(
  env: Environment,
  name: string,
  absent: number,
  minimum: number,
  maximum: number,
  problems: string[],
): number {
  const text = env[name]
  if (text === undefined || text === '') return absent
  const value = Number(text)
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    problems.push(`${name} must be a whole number from ${minimum} to ${maximum}, got "${text}"`)
  }
  return value
}

/** A URL as it may be shown: `http://admin:secret@host:1/` → `http://host:1/`. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//')
}
