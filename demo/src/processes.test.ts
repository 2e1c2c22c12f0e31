import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSupervisor, type ProcessSpec, type Supervisor } from './processes.ts'

let folder = ''
let supervisor: Supervisor | undefined
const ends: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-processes-'))
  ends.length = 0
})
afterEach(async () => {
  await supervisor?.stopAll([])
  supervisor = undefined
  rmSync(folder, { recursive: true, force: true })
})

function startSupervisor(stopTimeoutMs = 5000): Supervisor {
  const onUnexpectedEnd = (name: string, how: string) => ends.push(`${name}: ${how}`)
  supervisor = createSupervisor({ logDir: folder, onUnexpectedEnd, readyTimeoutMs: 120_000, stopTimeoutMs })
  return supervisor
}

/** A Node process that says "up" once the script has run, and then stays, unless the script ends it. */
function script(name: string, code: string, isReady: () => boolean): ProcessSpec {
  const body = `setInterval(() => {}, 1000); ${code}; process.stdout.write('up\\n')`
  return { name, command: process.execPath, args: ['-e', body], env: {}, isReady: async () => isReady() }
}

const saysUp = (name: string) => () => supervisor?.lastLines(name, 5).includes('up') === true

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a process that ends before it is ready fails at once, with the end of its log', async () => {
  const spec = script(
    'broken',
    "process.stdout.write('up\\n'); process.stderr.write('no such folder\\n'); process.exit(3)",
    () => false,
  )
  await expect(startSupervisor().start(spec)).rejects.toMatchObject({
    message: 'broken ended before it was ready (exit code 3)',
    lastLines: ['up', 'no such folder'],
  })
})

test('a process that ends by itself is noticed, one that is stopped is not reported', async () => {
  const running = startSupervisor()
  await running.start(script('steady', '', saysUp('steady')))
  await running.start(script('frail', "process.on('SIGUSR2', () => process.exit(7))", saysUp('frail')))
  const pid = running.list().find(({ name }) => name === 'frail')?.pid ?? 0
  process.kill(pid, 'SIGUSR2')
  await expect.poll(() => ends).toEqual(['frail: exit code 7'])
  await running.stop('steady')
  expect(ends).toHaveLength(1)
  expect(running.list().map(({ name, state }) => [name, state])).toEqual([
    ['steady', 'stopped'],
    ['frail', 'failed'],
  ])
})

test('a process that does not heed SIGTERM is killed after the bound', async () => {
  const running = startSupervisor(300)
  await running.start(script('deaf', "process.on('SIGTERM', () => {})", saysUp('deaf')))
  await running.stop('deaf')
  expect(running.list()[0]).toMatchObject({ state: 'stopped', ended: 'ended by SIGKILL', pid: null })
})

test('a process that was killed can be started again under its name', async () => {
  const running = startSupervisor()
  const spec = script('hub', '', saysUp('hub'))
  await running.start(spec)
  const first = running.list()[0]?.pid
  await running.kill('hub')
  await running.start(spec)
  expect(running.list()[0]).toMatchObject({ state: 'running' })
  expect(running.list()[0]?.pid).not.toBe(first)
})

test('when the supervising process is killed hard, its processes end all the same', async () => {
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createSupervisor } from ${JSON.stringify(fileURLToPath(new URL('processes.ts', import.meta.url)))}
       const supervisor = createSupervisor({ logDir: ${JSON.stringify(folder)}, onUnexpectedEnd() {} })
       const args = ['-e', 'setInterval(() => {}, 1000)']
       const isReady = async () => true
       await supervisor.start({ name: 'child', command: process.execPath, args, env: {}, isReady })
       process.stdout.write(String(supervisor.list()[0].pid))
       setInterval(() => {}, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.setEncoding('utf8').once('data', (text: string) => resolve(Number(text)))
  })
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isAlive(pid)).toBe(false)
})
