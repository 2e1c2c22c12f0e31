/** How each process is started: its command, its environment, and how it is seen to be ready. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { host, type ServiceName } from './addresses.ts'
import type { MachineConfig } from './config.ts'
import type { Issuer } from './issuer.ts'
import type { ProcessSpec } from './processes.ts'

export const centralAdmin = 'admin'

const readyLookTimeoutMs = 2000

export function hubName(storeId: string): string {
  return `hub-${storeId}`
}

export function centralProcess(options: {
  readonly port: number
  readonly dataDir: string
  readonly password: string
  readonly machine: MachineConfig
}): ProcessSpec {
  return nodeProcess('central', '../../store-hub/src/embedded-central/server.ts', options.machine, {
    readyUrl: `http://${host}:${options.port}/_up`,
    env: {
      CENTRAL_HOST: host,
      CENTRAL_PORT: String(options.port),
      CENTRAL_DATA_DIR: options.dataDir,
      CENTRAL_USER: centralAdmin,
      CENTRAL_PASSWORD: options.password,
    },
  })
}

export function natsProcess(options: {
  readonly command: string
  readonly configFile: string
  readonly monitoringPort: number
  readonly machine: MachineConfig
}): ProcessSpec {
  return {
    name: 'nats',
    command: options.command,
    args: ['-c', options.configFile],
    env: machineEnvironment(options.machine),
    isReady: () => answersOk(`http://${host}:${options.monitoringPort}/healthz?js-enabled-only=true`),
  }
}

export function serviceProcess(
  name: ServiceName,
  options: {
    readonly port: number
    readonly couchdbUrl: string
    readonly natsUrl: string
    readonly tracesUrl: string
    readonly issuer: Issuer
    /** For keys with which services sign. */
    readonly dataDir: string
    readonly console: ConsoleAddresses
    readonly machine: MachineConfig
  },
): ProcessSpec {
  return nodeProcess(name, `../../services/${name}/src/server.ts`, options.machine, {
    readyUrl: `http://${host}:${options.port}/health/ready`,
    env: {
      HOST: host,
      PORT: String(options.port),
      COUCHDB_URL: options.couchdbUrl,
      NATS_URL: options.natsUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: options.tracesUrl,
      // Without limits V8 collects late, and glibc keeps memory for each thread: the same work at the same speed takes more than twice of it.
      NODE_OPTIONS: '--max-semi-space-size=8 --max-old-space-size=120',
      MALLOC_ARENA_MAX: '2',
      ...options.issuer.environment,
      ...ownKey(name, options.dataDir),
      ...(name === 'sales' ? consoleEnvironment(options.console) : {}),
    },
  })
}

/** The sales service serves head office's console, which asks the others too. */
export interface ConsoleAddresses {
  readonly inventoryUrl: string
  readonly conflictsUrl: string
  readonly syncLogUrl: string
  readonly signInUrl: string
}

function consoleEnvironment({ inventoryUrl, conflictsUrl, syncLogUrl, signInUrl }: ConsoleAddresses) {
  return {
    INVENTORY_URL: inventoryUrl,
    CONFLICTS_URL: conflictsUrl,
    SYNC_LOG_URL: syncLogUrl,
    CONSOLE_SIGN_IN_URL: signInUrl,
  }
}

function ownKey(name: ServiceName, dataDir: string): Readonly<Record<string, string>> {
  if (name === 'sales') return { SALES_SIGNING_KEY_FILE: join(dataDir, 'sales-signing-key.pem') }
  if (name === 'sync-log') return { AUDIT_KEY_FILE: join(dataDir, 'audit-key.pem') }
  return {}
}

export function hubProcess(options: {
  readonly storeId: string
  readonly name: string
  readonly port: number
  readonly dataDir: string
  readonly couchdbUrl: string
  readonly natsUrl: string
  readonly tracesUrl: string
  readonly machine: MachineConfig
  readonly environment?: Readonly<Record<string, string>>
}): ProcessSpec {
  return nodeProcess(hubName(options.storeId), '../../store-hub/src/server.ts', options.machine, {
    readyUrl: `http://${host}:${options.port}/health/ready`,
    env: {
      STORE_ID: options.storeId,
      STORE_NAME: options.name,
      HUB_HOST: host,
      HUB_PORT: String(options.port),
      HUB_DATA_DIR: options.dataDir,
      COUCHDB_URL: options.couchdbUrl,
      NATS_URL: options.natsUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: options.tracesUrl,
      // On one machine, for one person: a manager's code for each till would only be in the way.
      HUB_ENROLMENT: 'open',
      // Without limits Node lets its garbage grow to twice the memory that a shop's machine should need for it.
      NODE_OPTIONS: '--max-semi-space-size=16 --max-old-space-size=512',
      ...options.environment,
    },
  })
}

function nodeProcess(
  name: string,
  script: string,
  machine: MachineConfig,
  { readyUrl, env }: { readonly readyUrl: string; readonly env: Readonly<Record<string, string>> },
): ProcessSpec {
  return {
    name,
    command: process.execPath,
    args: [fileURLToPath(new URL(script, import.meta.url))],
    env: { ...machineEnvironment(machine), LOG_LEVEL: machine.logLevel, ...env },
    isReady: () => answersOk(readyUrl),
  }
}

function machineEnvironment(machine: MachineConfig): Record<string, string> {
  return { PATH: machine.path, HOME: machine.home }
}

async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(readyLookTimeoutMs) })
  await response.body?.cancel()
  return response.ok
}
