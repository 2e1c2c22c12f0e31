/** What the sales service reads beyond what every service does. */
import { loadServiceConfig, type ServiceConfig } from '@tidemark/service-kit'

export interface SalesConfig extends ServiceConfig {
  /** Where the key that signs certificates lies; undefined for a key that lives as long as the process. */
  readonly signingKeyFile: string | undefined
}

export type SalesConfigResult =
  { readonly ok: true; readonly config: SalesConfig } | { readonly ok: false; readonly problems: readonly string[] }

/** Reads SALES_SIGNING_KEY_FILE and the variables of the kit. */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): SalesConfigResult {
  const loaded = loadServiceConfig(env)
  if (!loaded.ok) return loaded
  const file = env['SALES_SIGNING_KEY_FILE']
  return { ok: true, config: Object.freeze({ ...loaded.config, signingKeyFile: file === '' ? undefined : file }) }
}
