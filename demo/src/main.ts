/** `make demo`: starts the whole system, shows where everything is, and stays until Ctrl-C. */
import { rmSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { host, portsFrom, requireFreePorts } from './addresses.ts'
import { demoStore } from './catalogue/index.ts'
import { loadConfig, withoutCredentials, type DemoConfig } from './config.ts'
import { ProcessError, SetupError } from './errors.ts'
import { findNatsServer } from './nats-server.ts'
import { buildPage, type PageOptions, type Snapshot } from './page-server/index.ts'
import { progressLines } from './progress-lines.ts'
import { startSystem, urlOf, type System } from './system.ts'

const loaded = loadConfig(process.env)
if (!loaded.ok) {
  for (const problem of loaded.problems) process.stderr.write(`demo: ${problem}\n`)
  process.exit(1)
}
process.exit(await run(loaded.config))

async function run(config: DemoConfig): Promise<number> {
  const output = progressLines((text) => process.stdout.write(text), process.stdout.isTTY)
  const asked = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort())
  try {
    const ports = portsFrom(config.portBase, config.stores)
    await requireFreePorts(ports)
    if (config.natsUrl === undefined) findNatsServer(config.machine)
    if (config.reset) rmSync(config.dataDir, { recursive: true, force: true })
    const system = await startSystem({
      ...config,
      stores: Array.from({ length: config.stores }, (_, index) => demoStore(index)),
      ports,
      progress: output.step,
      onUnexpectedEnd: (name, how) =>
        output.line(`demo: ${name} ended by itself (${how}); its log: ${config.dataDir}/logs/${name}.log`),
      signal: asked.signal,
    })
    try {
      const addresses = addressesOf(system, urlOf(ports.page))
      const page = await output.step('demo page', () => servePage({ system, addresses }, ports.page))
      output.line(tableOf(addresses))
      await untilAborted(asked.signal)
      await page.close()
      return 0
    } finally {
      await output.step('stopping', () => system.stop())
    }
  } catch (error) {
    if (asked.signal.aborted) return 0
    process.stderr.write(`${failureText(error)}\n`)
    return 1
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function servePage(options: PageOptions, port: number): Promise<FastifyInstance> {
  const page = await buildPage(options)
  await page.listen({ port, host })
  return page
}

function addressesOf(system: System, pageUrl: string): Snapshot['addresses'] {
  const { urls } = system
  return [
    { name: 'demo page', url: pageUrl },
    { name: 'head-office console', url: urls.console },
    ...system.stores.map((store) => ({ name: `till of ${store.storeId} ${store.name}`, url: `${store.hubUrl}/` })),
    ...Object.entries(urls.services).map(([name, url]) => ({ name: `service ${name}`, url: `${url}/docs` })),
    { name: 'traces', url: `${urls.traces}/` },
    { name: 'central database', url: withoutCredentials(urls.central) },
    { name: 'NATS', url: withoutCredentials(urls.nats) },
  ]
}

function tableOf(addresses: Snapshot['addresses']): string {
  const width = Math.max(...addresses.map(({ name }) => name.length))
  const table = addresses.map(({ name, url }) => `  ${name.padEnd(width)}  ${url}`).join('\n')
  return `\n${table}\n
Open the demo page and a till. In the till choose a lane, sign in (Daniel, PIN 1111;
Aoife, the manager, 9999) and sell something. Then cut the store's line on the demo page, sell on,
reload the till, even kill the hub: sales go on and wait. Restore the line and watch them arrive, each one once.
Ctrl-C ends it all.\n`
}

function failureText(error: unknown): string {
  if (error instanceof SetupError) return `demo: ${error.message}`
  if (error instanceof ProcessError)
    return [`demo: ${error.message}`, ...error.lastLines.map((line) => `  ${line}`)].join('\n')
  return `demo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}
