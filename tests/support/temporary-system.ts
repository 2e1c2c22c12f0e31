/** A whole system of two stores that nobody else knows, on free ports, in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Product } from '@tidemark/contracts'
import {
  findFreePorts,
  startSystem,
  type DemoStore,
  type Ports,
  type Progress,
  type ServiceName,
  type System,
} from '@tidemark/demo'
import type { EndToEndConfig } from './config.ts'

export interface TemporarySystem {
  readonly system: System
  readonly ports: Ports
  readonly folder: string
  /** Processes that ended by themselves, with how. */
  readonly casualties: readonly string[]
  removeFolder(): void
}

export interface TemporarySystemOptions {
  readonly config: EndToEndConfig
  readonly stores: readonly DemoStore[]
  /** All when absent. */
  readonly services?: readonly ServiceName[]
  /** The whole catalogue when absent. */
  readonly products?: readonly Product[]
  /** More of the hubs' configuration. */
  readonly hubEnvironment?: Readonly<Record<string, string>>
  readonly progress: Progress
  readonly signal: AbortSignal
}

export async function startTemporarySystem(options: TemporarySystemOptions): Promise<TemporarySystem> {
  const { config, progress, signal, ...parts } = options
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-'))
  const ports = await findFreePorts(parts.stores.length)
  const casualties: string[] = []
  const system = await startSystem({
    ...config,
    ...parts,
    ports,
    dataDir: folder,
    progress,
    signal,
    onUnexpectedEnd: (name, how) => casualties.push(`${name}: ${how}`),
  })
  return { system, ports, folder, casualties, removeFolder: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Stores with ids that no run before has used, so that a run can be repeated against one CouchDB and one NATS. */
export function unknownStores(count: number): DemoStore[] {
  const first = 10_000 + Math.floor(Math.random() * 89_000)
  return Array.from({ length: count }, (_, index) => ({ storeId: `s${first + index}`, name: `Store ${index + 1}` }))
}
