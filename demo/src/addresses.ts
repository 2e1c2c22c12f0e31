/**
 * Who listens where: one base, fixed distances, so that a person can guess an address.
 *
 *     +0 demo page   +1 central   +2 NATS   +3 NATS monitoring   +4 trace collector
 *     +11 … +14      sales, inventory, conflicts, sync-log
 *     +21 … +29      hubs
 *     +41 … +67      WAN links, three a store: central, NATS, trace collector
 *     +99            says that the hundred is taken, where ports were looked for
 */
import { createServer, type Server } from 'node:net'
import { SetupError } from './errors.ts'

export const host = '127.0.0.1'
export const serviceList = ['sales', 'inventory', 'conflicts', 'sync-log'] as const
export type ServiceName = (typeof serviceList)[number]

export interface StorePorts {
  readonly hub: number
  readonly wanCentral: number
  readonly wanNats: number
  readonly wanTraces: number
}

export interface Ports {
  readonly page: number
  readonly central: number
  readonly nats: number
  readonly natsMonitoring: number
  readonly traces: number
  readonly services: Readonly<Record<ServiceName, number>>
  readonly stores: readonly StorePorts[]
}

export function portsFrom(base: number, storeCount: number): Ports {
  return {
    page: base,
    central: base + 1,
    nats: base + 2,
    natsMonitoring: base + 3,
    traces: base + 4,
    services: { sales: base + 11, inventory: base + 12, conflicts: base + 13, 'sync-log': base + 14 },
    stores: Array.from({ length: storeCount }, (_, index) => ({
      hub: base + 21 + index,
      wanCentral: base + 41 + index * 3,
      wanNats: base + 42 + index * 3,
      wanTraces: base + 43 + index * 3,
    })),
  }
}

export function allPorts(ports: Ports): number[] {
  const { page, central, nats, natsMonitoring, traces, services, stores } = ports
  const ofStores = stores.flatMap((store) => [store.hub, store.wanCentral, store.wanNats, store.wanTraces])
  return [page, central, nats, natsMonitoring, traces, ...Object.values(services), ...ofStores]
}

/** Throws a SetupError that names the ports in use, before anything is started. */
export async function requireFreePorts(ports: Ports): Promise<void> {
  const taken: number[] = []
  for (const port of allPorts(ports)) if (!(await isFree(port))) taken.push(port)
  if (taken.length === 0) return
  const which = taken.length === 1 ? `port ${taken[0]} is` : `ports ${taken.join(', ')} are`
  throw new SetupError(`${which} in use: is the demo running already? PORT_BASE=<number> moves all of its ports`)
}

/**
 * A base whose ports are all free. It lies below the range from which Linux takes the ports of outgoing connections
 * (32768 and up), so that none of them is taken between this look and the start of the process that is to listen there.
 * The last port of the hundred is kept until this process ends: another one that looks at the same moment takes other ports.
 */
export async function findFreePorts(storeCount: number): Promise<Ports> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 15_000 + 100 * Math.floor(Math.random() * 170)
    const mark = await listenOn(base + 99)
    if (mark === undefined) continue
    const ports = portsFrom(base, storeCount)
    const free = await Promise.all(allPorts(ports).map((port) => isFree(port)))
    if (free.every(Boolean)) {
      mark.unref()
      return ports
    }
    mark.close()
  }
  throw new SetupError('found no hundred free ports between 15000 and 32000')
}

async function isFree(port: number): Promise<boolean> {
  const server = await listenOn(port)
  if (server === undefined) return false
  await new Promise((resolve) => server.close(resolve))
  return true
}

/** Undefined when the port is taken. */
function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}
