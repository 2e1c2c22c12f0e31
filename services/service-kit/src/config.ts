/** Configuration of a service: environment in, frozen object or readable problems out. */
export interface ServiceConfig {
  readonly host: string
  readonly port: number
  /** May hold credentials: never log it. */
  readonly couchUrl: string
  /** May hold credentials: never log it. */
  readonly natsUrl: string
  readonly otlpEndpoint: string | undefined
  readonly logLevel: LogLevel
}

export type ConfigResult =
  { readonly ok: true; readonly config: ServiceConfig } | { readonly ok: false; readonly problems: readonly string[] }

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

type Environment = Readonly<Record<string, string | undefined>>

/** Reads HOST, PORT, COUCHDB_URL, NATS_URL, OTEL_EXPORTER_OTLP_ENDPOINT and LOG_LEVEL. */
export function loadServiceConfig(env: Environment = process.env): ConfigResult {
  const problems: string[] = []
  const config: ServiceConfig = {
    host: env['HOST'] ?? '127.0.0.1',
    port: readPort(env['PORT'], problems),
    couchUrl: readUrl('COUCHDB_URL', env['COUCHDB_URL'], ['http:', 'https:'], problems) ?? '',
    natsUrl: readUrl('NATS_URL', env['NATS_URL'], ['nats:', 'tls:'], problems) ?? '',
    otlpEndpoint: readOptionalUrl('OTEL_EXPORTER_OTLP_ENDPOINT', env['OTEL_EXPORTER_OTLP_ENDPOINT'], problems),
    logLevel: readLogLevel(env['LOG_LEVEL'], problems),
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
