/** Configuration of the sync-log service: what every service reads, and the file with the key that signs heads. */
import { loadServiceConfig, type ConfigResult } from '@tidemark/service-kit'

export interface SyncLogConfig {
  readonly service: ConfigResult
  /** Ed25519, PKCS #8 in PEM; made where it is missing. Undefined: a key that lives as long as the process. */
  readonly auditKeyFile: string | undefined
}

/** Reads AUDIT_KEY_FILE beside what every service reads. */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): SyncLogConfig {
  return Object.freeze({ service: loadServiceConfig(env), auditKeyFile: env['AUDIT_KEY_FILE'] || undefined })
}
