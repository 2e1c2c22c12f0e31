/** What the command line takes from the environment. Pure. */

export interface CliConfig {
  /** Default of `--data-dir`. */
  readonly dataDirectory: string | undefined
  /** Default of `--by`: who decides, for the sync log. */
  readonly user: string
}

export function loadCliConfig(env: Readonly<Record<string, string | undefined>>): CliConfig {
  const dataDirectory = env['HUB_DATA_DIR']?.trim()
  return Object.freeze({
    dataDirectory: dataDirectory === '' ? undefined : dataDirectory,
    user: env['USER'] ?? 'administrator',
  })
}
