// Runs PouchDB's public test suites against the couch-server in its test mode.
//
//   node store-hub/src/couch-server/testing/conformance.ts <checkout of pouchdb/pouchdb> [integration|mapreduce|find …]
//
// The checkout is made ready by its own `npm ci` and `npm run build-node`. Exit code 1 when a test failed.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

interface Suite {
  readonly type: string
  /** where the databases under test are: those of the integration suite are local and remote by themselves */
  readonly adapters: 'memory' | 'http'
  readonly plugins: string
}

const suites: readonly Suite[] = [
  { type: 'integration', adapters: 'memory', plugins: '' },
  { type: 'mapreduce', adapters: 'http', plugins: '' },
  { type: 'find', adapters: 'http', plugins: 'pouchdb-find' },
]

/**
 * Attachments are not kept. The tests that need them are known by their names, and two more by what they write:
 * one that fails without them ends mocha as a whole, since it leaves an unhandled rejection behind.
 */
const WITHOUT_ATTACHMENTS = String.raw`^(?!.*([aA]ttach|\batts?\b|#2858|#2771|#4963|slash_ids.*BulkDocs and changes))`

const SUITE_LIMIT_MS = 20 * 60_000

const [checkout, ...names] = process.argv.slice(2)
if (checkout === undefined) {
  process.stderr.write('usage: conformance.ts <checkout of pouchdb/pouchdb> [integration|mapreduce|find …]\n')
  process.exit(64)
}
const chosen = names.length === 0 ? suites : suites.filter(({ type }) => names.includes(type))
let failures = 0
for (const suite of chosen) failures += (await runSuite(suite, path.resolve(checkout))) ? 0 : 1
process.exit(failures === 0 ? 0 : 1)

async function runSuite({ type, adapters, plugins }: Suite, folder: string): Promise<boolean> {
  const server = spawn(process.execPath, [path.join(import.meta.dirname, 'serve.ts'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await firstLine(server)
  const variables = {
    TYPE: type,
    ADAPTERS: adapters,
    PLUGINS: plugins,
    COUCH_HOST: url,
    SERVER: 'couchdb-master',
    SKIP_MIGRATION: '1',
    BAIL: '0',
    GREP: WITHOUT_ATTACHMENTS,
    REPORTER: 'dot',
  }
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  process.stdout.write(`${type} against ${url}\n`)
  const run = spawn('env', [...settings, './bin/test-node.sh'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: SUITE_LIMIT_MS,
  })
  const [code] = (await once(run, 'exit')) as [number | null]
  server.kill('SIGTERM')
  await once(server, 'exit')
  process.stdout.write(`${type}: ${code === 0 ? 'passed' : `failed (${code})`}\n`)
  return code === 0
}

async function firstLine(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('the server has no output')
  const lines = createInterface({ input: server.stdout })
  const [line] = (await Promise.race([once(lines, 'line'), once(server, 'exit').then(() => [''])])) as [string]
  if (line === '') throw new Error('the server did not start')
  return line
}
