/** Finds the nats-server binary and writes its configuration. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { host, type Ports } from './addresses.ts'
import type { MachineConfig } from './config.ts'
import { SetupError } from './errors.ts'

const repositoryTools = fileURLToPath(new URL('../../.tools/bin', import.meta.url))

/**
 * The first nats-server of 2.11 or newer: named by NATS_SERVER, on the PATH, in .tools/bin, in Go's bin folder; else an older one,
 * which acknowledges messages that it hasn't synced to disk. Throws a SetupError when there is none.
 */
export function findNatsServer(machine: MachineConfig): { readonly path: string; readonly version: string } {
  const folders = [
    ...machine.path.split(delimiter),
    repositoryTools,
    join(machine.goPath ?? join(machine.home, 'go'), 'bin'),
  ]
  const candidates =
    machine.natsServer === undefined ? folders.map((folder) => join(folder, 'nats-server')) : [machine.natsServer]
  const found = candidates.filter(isExecutable).map((path) => ({ path, version: versionOf(path) }))
  const best = found.find(({ version }) => isSyncing(version)) ?? found[0]
  if (best === undefined) throw new SetupError('nats-server is missing: `make setup` brings it')
  return best
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function versionOf(path: string): string {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return /v(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1] ?? '0.0.0'
}

function isSyncing(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 11)
}

/** Writes `nats.conf` into the data folder and returns its path. Each message is on disk before it is acknowledged. */
export function writeNatsConfig(dataDir: string, ports: Ports, version: string): string {
  const path = join(dataDir, 'nats.conf')
  // Releases before 2.10 do not know `sync_interval: always`.
  const sync = isSyncing(version) ? '  sync_interval: always\n' : ''
  const storeDir = JSON.stringify(join(dataDir, 'nats'))
  writeFileSync(
    path,
    `host: ${host}\nport: ${ports.nats}\nhttp: "${host}:${ports.natsMonitoring}"\nmax_payload: 2MB\n` +
      `jetstream {\n  store_dir: ${storeDir}\n${sync}}\n`,
  )
  return path
}
