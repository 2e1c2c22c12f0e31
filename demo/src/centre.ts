/** Central and NATS: either those that a URL names, once they are seen to answer, or ones of our own. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { host } from './addresses.ts'
import { withoutCredentials } from './config.ts'
import { SetupError } from './errors.ts'
import { findNatsServer, writeNatsConfig } from './nats-server.ts'
import type { Supervisor } from './processes.ts'
import { centralAdmin, centralProcess, natsProcess } from './process-specs.ts'
import type { SystemOptions } from './system.ts'

export interface Endpoint {
  /** As a client is given it, credentials included. */
  readonly url: string
  readonly address: { readonly host: string; readonly port: number }
}

const answerTimeoutMs = 5000

export async function centralFor(options: SystemOptions, supervisor: Supervisor): Promise<Endpoint> {
  const { couchdbUrl, ports, dataDir, machine, progress } = options
  if (couchdbUrl !== undefined) {
    await progress(`CouchDB at ${withoutCredentials(couchdbUrl)}`, () => requireCouchdb(couchdbUrl))
    return { url: couchdbUrl, address: addressOf(couchdbUrl, 5984) }
  }
  const password = centralPassword(dataDir)
  await progress('central database', () =>
    supervisor.start(centralProcess({ port: ports.central, dataDir: join(dataDir, 'central'), password, machine })),
  )
  const url = `http://${centralAdmin}:${password}@${host}:${ports.central}`
  return { url, address: { host, port: ports.central } }
}

export async function natsFor(options: SystemOptions, supervisor: Supervisor): Promise<Endpoint> {
  const { natsUrl, ports, dataDir, machine, progress } = options
  if (natsUrl !== undefined) {
    const address = addressOf(natsUrl, 4222)
    await progress(`NATS at ${withoutCredentials(natsUrl)}`, () => requireNats(natsUrl, address))
    return { url: natsUrl, address }
  }
  const { path, version } = findNatsServer(machine)
  const configFile = writeNatsConfig(dataDir, ports, version)
  await progress(`NATS ${version}`, () =>
    supervisor.start(natsProcess({ command: path, configFile, monitoringPort: ports.natsMonitoring, machine })),
  )
  return { url: `nats://${host}:${ports.nats}`, address: { host, port: ports.nats } }
}

/** Made once and kept beside the data that it protects. */
function centralPassword(dataDir: string): string {
  const file = join(dataDir, 'central-admin-password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

export async function requireCouchdb(couchdbUrl: string): Promise<void> {
  const shown = withoutCredentials(couchdbUrl)
  const { username, password, origin } = new URL(couchdbUrl)
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const headers: Record<string, string> = username === '' ? {} : { authorization: `Basic ${credentials}` }
  const response = await fetch(`${origin}/_all_dbs`, { headers, signal: AbortSignal.timeout(answerTimeoutMs) }).catch(
    (error: unknown) => {
      throw new SetupError(`COUCHDB_URL: ${shown} does not answer (${reasonOf(error)})`)
    },
  )
  if (response.status === 401 || response.status === 403) {
    throw new SetupError(
      `COUCHDB_URL: ${shown} refuses its user: it needs an administrator, http://user:password@host:port`,
    )
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok || !Array.isArray(body)) throw new SetupError(`COUCHDB_URL: ${shown} is no CouchDB server`)
}

/** A NATS server greets with an INFO line that says whether it has JetStream. */
export async function requireNats(natsUrl: string, address: Endpoint['address']): Promise<void> {
  const shown = withoutCredentials(natsUrl)
  const greeting = await greetingOf(address).catch((error: unknown) => {
    throw new SetupError(`NATS_URL: ${shown} does not answer (${reasonOf(error)})`)
  })
  if (!greeting.startsWith('INFO ')) throw new SetupError(`NATS_URL: ${shown} is no NATS server`)
  if (!/"jetstream":\s*true/.test(greeting)) throw new SetupError(`NATS_URL: ${shown} has no JetStream`)
}

function greetingOf(address: Endpoint['address']): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(address)
    let greeting = ''
    socket.setEncoding('utf8').setTimeout(answerTimeoutMs, () => socket.destroy(new Error('no answer in time')))
    socket.on('data', (text: string) => {
      greeting += text
      if (!greeting.includes('\n') && greeting.length < 100_000) return
      resolve(greeting)
      socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(greeting))
  })
}

function addressOf(url: string, defaultPort: number): Endpoint['address'] {
  const { hostname, port, protocol } = new URL(url)
  // http: drops its own default port, so an absent one is 80 there.
  const absent = protocol === 'http:' ? 80 : defaultPort
  return { host: hostname, port: port === '' ? absent : Number(port) }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${answerTimeoutMs / 1000} s`
  return error.cause instanceof Error ? error.cause.message || error.message : error.message
}
