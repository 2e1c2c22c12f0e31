/** `make demo`: starts the whole system, shows where everything is, and stays until Ctrl-C. */
import { rmSync } from 'node:fs'
import { portsFrom, requireFreePorts } from './addresses.ts'
import { demoStore } from './catalogue/index.ts'
import { loadConfig, withoutCredentials, type DemoConfig } from './config.ts'
import { ProcessError, SetupError } from './errors.ts'
import { findNatsServer } from './nats-server.ts'
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
    output.line(tableOf(system, urlOf(ports.page)))
    await untilAborted(asked.signal)
    await output.step('stopping', () => system.stop())
    return 0
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

function tableOf(system: System, pageUrl: string): string {
  const { urls } = system
  const rows = [
    ['demo page', pageUrl],
    ...system.stores.map((store) => [`till of ${store.storeId} ${store.name}`, `${store.hubUrl}/`]),
    ...Object.entries(urls.services).map(([name, url]) => [`service ${name}`, `${url}/docs`]),
    ['traces', `${urls.traces}/`],
    ['central database', withoutCredentials(urls.central)],
    ['NATS', withoutCredentials(urls.nats)],
  ]
  const width = Math.max(...rows.map(([name = '']) => name.length))
  const table = rows.map(([name = '', url]) => `  ${name.padEnd(width)}  ${url}`).join('\n')
  return `\n${table}\n
Open the demo page and a till. In the till choose a lane and sell something. Then cut the store's WAN on the demo page, sell on,
reload the till, even kill the hub: sales go on and wait. Restore the WAN and watch them arrive, each one once. Ctrl-C ends it all.\n`
}

function failureText(error: unknown): string {
  if (error instanceof SetupError) return `demo: ${error.message}`
  if (error instanceof ProcessError)
    return [`demo: ${error.message}`, ...error.lastLines.map((line) => `  ${line}`)].join('\n')
  return `demo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}
