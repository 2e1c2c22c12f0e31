/** What the embedded central is run with; every member comes from one environment variable. */
export interface CentralConfig {
  /** CENTRAL_HOST, default 127.0.0.1 */
  readonly host: string
  /** CENTRAL_PORT, default 5984; 0 takes a free one */
  readonly port: number
  /** CENTRAL_DATA_DIR, default .data/central */
  readonly dataDirectory: string
  /** CENTRAL_USER and CENTRAL_PASSWORD: the one administrator */
  readonly adminUser: string
  readonly adminPassword: string
  /** LOG_LEVEL, default info */
  readonly logLevel: string
}

export type LoadedConfig =
  { readonly ok: true; readonly config: CentralConfig } | { readonly ok: false; readonly problems: readonly string[] }

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Reads the configuration; every problem is one readable line that names its variable. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): LoadedConfig {
  const port = Number(env['CENTRAL_PORT'] ?? '5984')
  const logLevel = env['LOG_LEVEL'] ?? 'info'
  const adminUser = env['CENTRAL_USER'] ?? ''
  const adminPassword = env['CENTRAL_PASSWORD'] ?? ''
  const problems = [
    Number.isInteger(port) && port >= 0 && port <= 65_535 ? '' : `CENTRAL_PORT: not a port: ${env['CENTRAL_PORT']}`,
    LOG_LEVELS.includes(logLevel) ? '' : `LOG_LEVEL: must be one of ${LOG_LEVELS.join(', ')}: ${logLevel}`,
    adminUser === '' ? 'CENTRAL_USER: the name of the administrator is missing' : '',
    adminUser.includes(':') ? 'CENTRAL_USER: must not contain a colon' : '',
    adminPassword === '' ? "CENTRAL_PASSWORD: the administrator's password is missing" : '',
  ].filter((problem) => problem !== '')
  if (problems.length > 0) return { ok: false, problems }
  const config = {
    host: env['CENTRAL_HOST'] ?? '127.0.0.1',
    port,
    dataDirectory: env['CENTRAL_DATA_DIR'] ?? '.data/central',
    adminUser,
    adminPassword,
    logLevel,
  }
  return { ok: true, config: Object.freeze(config) }
}
