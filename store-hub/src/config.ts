/** Configuration of a hub, read once at the start. The only place that sees the environment's names. */
import path from 'node:path'
import { isStoreId } from '@tidemark/contracts'

export interface HubConfig {
  readonly storeId: string
  readonly storeName: string
  readonly host: string
  readonly port: number
  /** Folder of the store, the sync-log key and everything else that must survive. */
  readonly dataDirectory: string
  readonly central: CentralAddress
  /** How long the holder of the store's lease must be silent before this hub takes it, milliseconds. */
  readonly leaseTakeAfterMs: number
  readonly natsUrl: string
  /** Of the streams that this hub has to make: 1 for a single server, 3 in a cluster. */
  readonly natsReplicas: number
  readonly terminalUiDirectory: string
  /** `code`: enrolling a till takes a manager's one-time code; `open`: who reaches the hub may enrol. */
  readonly enrolment: 'open' | 'code'
  /** How long a till's token lasts before it has to prove itself again. */
  readonly tokenLifetimeMs: number
  /** OTLP/HTTP collector, such as `http://127.0.0.1:4318`; nothing is exported without it. */
  readonly otlpEndpoint: string | undefined
  readonly logLevel: string
}

/** Central's URL taken apart, so that what is logged never carries the credentials. */
export interface CentralAddress {
  /** Without credentials and without a slash at its end: `http://127.0.0.1:4701`. */
  readonly url: string
  /** Value of the `Authorization` header, undefined when the URL had no credentials. */
  readonly authorization: string | undefined
  /** A file with `user:password` or `Bearer <token>` that goes before the URL and is read again after a 401. */
  readonly credentialsFile?: string
}

export type LoadedConfig =
  { readonly ok: true; readonly config: HubConfig } | { readonly ok: false; readonly problems: readonly string[] }

type Environment = Readonly<Record<string, string | undefined>>

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const defaultUiDirectory = path.resolve(import.meta.dirname, '../../terminal-ui/dist')

/** Reads the environment into a frozen configuration, or lists every problem in words. Pure. */
export function loadConfig(env: Environment): LoadedConfig {
  const problems: string[] = []
  const required = (name: string): string => {
    const value = env[name]?.trim() ?? ''
    if (value === '') problems.push(`${name} is required`)
    return value
  }
  const storeId = required('STORE_ID')
  if (storeId !== '' && !isStoreId(storeId)) problems.push(`STORE_ID must look like s001, got "${storeId}"`)
  const port = portOf(required('HUB_PORT'), problems)
  const dataDirectory = required('HUB_DATA_DIR')
  const central = centralOf(required('COUCHDB_URL'), problems)
  const credentialsFile = env['COUCHDB_CREDENTIALS_FILE'] ?? ''
  const leaseTakeAfterMs = takeAfterMsOf(env['HUB_LEASE_TAKE_AFTER_SECONDS'] ?? '', problems)
  const natsUrl = required('NATS_URL')
  const natsReplicas = replicasOf(env['NATS_REPLICAS'] ?? '1', problems)
  const enrolment = env['HUB_ENROLMENT'] ?? 'code'
  if (enrolment !== 'open' && enrolment !== 'code') problems.push('HUB_ENROLMENT must be code or open')
  const tokenLifetimeMs = tokenLifetimeMsOf(env['HUB_TOKEN_SECONDS'] ?? '', problems)
  const otlpEndpoint = httpUrlOf('OTEL_EXPORTER_OTLP_ENDPOINT', env['OTEL_EXPORTER_OTLP_ENDPOINT'], problems)
  const logLevel = env['LOG_LEVEL'] ?? 'info'
  if (!logLevels.includes(logLevel)) problems.push(`LOG_LEVEL must be one of ${logLevels.join(', ')}`)
  if (problems.length > 0 || central === undefined) return { ok: false, problems }
  const config: HubConfig = {
    storeId,
    storeName: env['STORE_NAME'] ?? storeId,
    host: env['HUB_HOST'] ?? '127.0.0.1',
    port,
    dataDirectory: path.resolve(dataDirectory),
    central: credentialsFile === '' ? central : { ...central, credentialsFile: path.resolve(credentialsFile) },
    leaseTakeAfterMs,
    natsUrl,
    natsReplicas,
    terminalUiDirectory: path.resolve(env['TERMINAL_UI_DIR'] ?? defaultUiDirectory),
    enrolment: enrolment === 'open' ? 'open' : 'code',
    tokenLifetimeMs,
    otlpEndpoint,
    logLevel,
  }
  return { ok: true, config: Object.freeze(config) }
}

/** Splits `http://user:password@host:port/` into address and header; undefined for what is no http(s) URL. */
export function parseCentralUrl(text: string): CentralAddress | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  const authorization = url.username === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, authorization }
}

function centralOf(text: string, problems: string[]): CentralAddress | undefined {
  if (text === '') return undefined
  const address = parseCentralUrl(text)
  // The value is not repeated: it may carry a password.
  if (address === undefined) problems.push('COUCHDB_URL must be an http or https URL')
  return address
}

const defaultTakeAfterSeconds = 600
/** Below it a holder that only restarts would lose its store. */
const leastTakeAfterSeconds = 90
const mostTakeAfterSeconds = 7 * 86_400

function takeAfterMsOf(text: string, problems: string[]): number {
  const seconds = text === '' ? defaultTakeAfterSeconds : Number(text)
  if (!Number.isInteger(seconds) || seconds < leastTakeAfterSeconds || seconds > mostTakeAfterSeconds) {
    problems.push(
      `HUB_LEASE_TAKE_AFTER_SECONDS must be ${leastTakeAfterSeconds} to ${mostTakeAfterSeconds}, got "${text}"`,
    )
  }
  return seconds * 1000
}

const defaultTokenSeconds = 900
/** Below it a till would do little else than prove itself. */
const leastTokenSeconds = 2
const mostTokenSeconds = 3600

function tokenLifetimeMsOf(text: string, problems: string[]): number {
  const seconds = text === '' ? defaultTokenSeconds : Number(text)
  if (!Number.isInteger(seconds) || seconds < leastTokenSeconds || seconds > mostTokenSeconds) {
    problems.push(`HUB_TOKEN_SECONDS must be ${leastTokenSeconds} to ${mostTokenSeconds}, got "${text}"`)
  }
  return seconds * 1000
}

function portOf(text: string, problems: string[]): number {
  const port = Number(text)
  const valid = Number.isInteger(port) && port >= 0 && port <= 65_535
  if (text !== '' && !valid) problems.push(`HUB_PORT must be 0 to 65535, got "${text}"`)
  return port
}

function replicasOf(text: string, problems: string[]): number {
  const replicas = Number(text)
  if (![1, 3, 5].includes(replicas)) problems.push(`NATS_REPLICAS must be 1, 3 or 5, got "${text}"`)
  return replicas
}

function httpUrlOf(name: string, text: string | undefined, problems: string[]): string | undefined {
  if (text === undefined || text === '') return undefined
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) problems.push(`${name} must be an http URL`)
  return text
}
