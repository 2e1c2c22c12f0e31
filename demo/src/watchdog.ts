/**
 * Ends the demo's processes when the demo itself is killed hard. It runs beside the demo, in a process group of its own, and
 * reads lines `+<pid>` and `-<pid>`: what is running. Its input closes when the demo is gone, however it went.
 */
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const graceMs = 8000
const running = new Set<number>()

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const pid = Number(line.slice(1))
  if (!Number.isInteger(pid) || pid <= 1) return
  if (line.startsWith('+')) running.add(pid)
  else running.delete(pid)
})
lines.on('close', () => void endAll())

async function endAll(): Promise<void> {
  for (const pid of running) send(pid, 'SIGTERM')
  const deadline = Date.now() + graceMs
  while (Date.now() < deadline && [...running].some((pid) => send(pid, 0))) await sleep(100)
  for (const pid of running) send(pid, 'SIGKILL')
  process.exit(0)
}

/** Each process leads a group of its own; the group gets the signal. False when it is gone. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}
