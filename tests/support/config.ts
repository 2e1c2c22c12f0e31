/** Configuration of what drives the whole system. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { loadMachineConfig, plainUrlProblem, type MachineConfig } from '@tidemark/demo'

export interface EndToEndConfig {
  /** Absent: an embedded central of this run's own. */
  readonly couchdbUrl?: string
  /** Absent: a nats-server of this run's own. */
  readonly natsUrl?: string
  /** Path of the browser. */
  readonly chromium: string
  readonly machine: MachineConfig
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Readonly<EndToEndConfig> }
  | { readonly ok: false; readonly problems: readonly string[] }

const browserNames = ['chromium', 'chromium-browser', 'google-chrome']

/** An empty variable counts as absent. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const machine = loadMachineConfig(env)
  const { COUCHDB_URL: couchdbUrl, NATS_URL: natsUrl } = env
  const chromium = env['CHROMIUM'] || findBrowser(machine.path)
  const problems = [
    couchdbUrl ? plainUrlProblem('COUCHDB_URL', couchdbUrl) : undefined,
    natsUrl ? plainUrlProblem('NATS_URL', natsUrl) : undefined,
    chromium === undefined ? 'no browser: `make setup` brings chromium, or CHROMIUM names one' : undefined,
  ].filter((problem) => problem !== undefined)
  if (chromium === undefined || problems.length > 0) return { ok: false, problems }
  const config = { ...(couchdbUrl ? { couchdbUrl } : {}), ...(natsUrl ? { natsUrl } : {}), chromium, machine }
  return { ok: true, config: Object.freeze(config) }
}

function findBrowser(path: string): string | undefined {
  return path
    .split(delimiter)
    .flatMap((folder) => browserNames.map((name) => join(folder, name)))
    .find((candidate) => existsSync(candidate))
}
