/** What the sales service reads beyond what every service does. */
import { loadServiceConfig, type ServiceConfig } from '@tidemark/service-kit'
import { loadConsoleConfig, type ConsoleConfig } from './console/console-config.ts'

export interface SalesConfig extends ServiceConfig {
  /** Where the key that signs certificates lies; undefined for a key that lives as long as the process. */
  readonly signingKeyFile: string | undefined
  /** Undefined: this process serves no console. */
  readonly console: ConsoleConfig | undefined
}

export type SalesConfigResult =
  { readonly ok: true; readonly config: SalesConfig } | { readonly ok: false; readonly problems: readonly string[] }

/** Reads SALES_SIGNING_KEY_FILE, the variables of the console, and those of the kit. */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): SalesConfigResult {
  const loaded = loadServiceConfig(env)
  const problems = loaded.ok ? [] : [...loaded.problems]
  const console = loadConsoleConfig(env, problems)
  if (!loaded.ok || problems.length > 0) return { ok: false, problems }
  const signingKeyFile = env['SALES_SIGNING_KEY_FILE'] || undefined
  return { ok: true, config: Object.freeze({ ...loaded.config, signingKeyFile, console }) }
}
