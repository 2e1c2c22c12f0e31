/** Configuration of a service: environment in, frozen object or readable problems out. */
import type { SignInConfig } from './sign-in/verify-token.ts'

export interface ServiceConfig {
  readonly host: string
  readonly port: number
  /** May hold credentials: never log it. */
  readonly couchUrl: string
  /** May hold credentials: never log it. */
  readonly natsUrl: string
  readonly otlpEndpoint: string | undefined
  readonly logLevel: LogLevel
  readonly signIn: SignInConfig
  /** Requests that one signed-in person or program may make in a minute. */
  readonly requestsPerMinute: number
}

export type ConfigResult =
  { readonly ok: true; readonly config: ServiceConfig } | { readonly ok: false; readonly problems: readonly string[] }

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads HOST, PORT, COUCHDB_URL, NATS_URL, OTEL_EXPORTER_OTLP_ENDPOINT, LOG_LEVEL, and for sign-in one of JWKS_URL and
 * JWKS_FILE, JWT_ISSUER, JWT_AUDIENCE, or AUTH=off, and RATE_LIMIT_PER_MINUTE.
 */
export function loadServiceConfig(env: Environment = process.env): ConfigResult {
  const problems: string[] = []
  const config: ServiceConfig = {
    host: env['HOST'] ?? '127.0.0.1',
    port: readPort(env['PORT'], problems),
    couchUrl: readUrl('COUCHDB_URL', env['COUCHDB_URL'], ['http:', 'https:'], problems) ?? '',
    natsUrl: readUrl('NATS_URL', env['NATS_URL'], ['nats:', 'tls:'], problems) ?? '',
    otlpEndpoint: readOptionalUrl('OTEL_EXPORTER_OTLP_ENDPOINT', env['OTEL_EXPORTER_OTLP_ENDPOINT'], problems),
    logLevel: readLogLevel(env['LOG_LEVEL'], problems),
    signIn: readSignIn(env, problems),
    requestsPerMinute: readRate(env['RATE_LIMIT_PER_MINUTE'], problems),
  }
  return problems.length === 0 ? { ok: true, config: Object.freeze(config) } : { ok: false, problems }
}

function readPort(text: string | undefined, problems: string[]): number {
  const port = Number(text)
  if (text !== undefined && /^[0-9]{1,5}$/.test(text) && port <= 65_535) return port
  problems.push(text === undefined ? 'PORT is missing' : 'PORT must be a number from 0 to 65535')
  return 0
}

function readUrl(
  name: string,
  text: string | undefined,
  protocols: readonly string[],
  problems: string[],
): string | undefined {
  if (text === undefined || text === '') {
    problems.push(`${name} is missing`)
    return undefined
  }
  // The value itself is left out of the message, because it may hold a password.
  const fits = URL.canParse(text) && protocols.includes(new URL(text).protocol)
  if (!fits) problems.push(`${name} must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`)
  return fits ? text : undefined
}

function readOptionalUrl(name: string, text: string | undefined, problems: string[]): string | undefined {
  return text === undefined || text === '' ? undefined : readUrl(name, text, ['http:', 'https:'], problems)
}

function readLogLevel(text: string | undefined, problems: string[]): LogLevel {
  const level = logLevels.find((known) => known === (text ?? 'info'))
  if (level === undefined) problems.push(`LOG_LEVEL must be one of ${logLevels.join(', ')}`)
  return level ?? 'info'
}

/** A console that looks twice a second at a dozen things is far below it, a loop that has gone wrong far above. */
const defaultRequestsPerMinute = 6000

function readRate(text: string | undefined, problems: string[]): number {
  if (text === undefined || text === '') return defaultRequestsPerMinute
  const rate = Number(text)
  if (/^[0-9]{1,9}$/.test(text) && rate > 0) return rate
  problems.push('RATE_LIMIT_PER_MINUTE must be a whole number from 1 to 999999999')
  return defaultRequestsPerMinute
}

/** Sign-in is never off by an oversight: it takes a word of its own. */
function readSignIn(env: Environment, problems: string[]): SignInConfig {
  const off: SignInConfig = { kind: 'off' }
  const { AUTH: auth = '', JWKS_URL: url = '', JWKS_FILE: file = '' } = env
  if (!['', 'on', 'off'].includes(auth)) problems.push('AUTH must be on or off')
  if (url !== '' && file !== '') problems.push('JWKS_URL and JWKS_FILE exclude each other')
  if (auth === 'off') {
    if (url !== '' || file !== '') problems.push('AUTH=off and a JWKS exclude each other')
    return off
  }
  if (url === '' && file === '') {
    problems.push(
      'JWKS_URL or JWKS_FILE is missing: the public keys of who issues tokens (AUTH=off for development only)',
    )
    return off
  }
  const keys = file === '' ? { url: readUrl('JWKS_URL', url, ['http:', 'https:'], problems) ?? '' } : { file }
  return { kind: 'jwks', keys, issuer: env['JWT_ISSUER'] || undefined, audience: env['JWT_AUDIENCE'] || undefined }
}
