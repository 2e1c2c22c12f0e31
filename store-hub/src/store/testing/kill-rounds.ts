// Kills a writing process at random moments and looks at what is left:
//
//   node store-hub/src/store/testing/kill-rounds.ts --rounds 200
//
// Every acknowledged revision must be there with its body, and every tree whole. Ends with 1 when something was lost.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openDocumentDatabase, type OpenDocumentDatabase } from '../open-document-database.ts'

export interface KillRoundsOptions {
  readonly rounds: number
  /** a round's writer is killed at most this long after it began to write */
  readonly maxRoundMs?: number
  readonly onRound?: (round: number, acknowledged: number) => void
}

export interface KillRoundsResult {
  readonly acknowledged: number
  /** rounds in which the writer was killed before it had acknowledged anything */
  readonly early: number
  readonly bytes: number
  /** one line for each thing that is wrong */
  readonly losses: readonly string[]
}

interface Acknowledged {
  readonly id: string
  readonly rev: string
  readonly body: string
}

/** A file is used for this many rounds: it stays small enough to be looked at as a whole each time. */
const ROUNDS_PER_FILE = 5

export async function runKillRounds({
  rounds,
  maxRoundMs = 300,
  onRound,
}: KillRoundsOptions): Promise<KillRoundsResult> {
  const directory = await mkdtemp(path.join(tmpdir(), 'kill-'))
  const losses: string[] = []
  let acknowledged = 0
  let early = 0
  let bytes = 0
  let kept: Acknowledged[] = []
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const file = path.join(directory, `${Math.ceil(round / ROUNDS_PER_FILE)}.sqlite`)
      const ofRound = await killOneWriter(file, round, Math.random() * maxRoundMs)
      acknowledged += ofRound.length
      early += ofRound.length === 0 ? 1 : 0
      kept = round % ROUNDS_PER_FILE === 1 ? ofRound : [...kept, ...ofRound]
      const database = openDocumentDatabase({ file, name: 'sales' })
      losses.push(...(await findLosses(database, kept)).map((loss) => `round ${round}: ${loss}`))
      bytes = Math.max(bytes, database.sizes().fileBytes)
      await database.close()
      onRound?.(round, ofRound.length)
    }
    return { acknowledged, early, bytes, losses }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Returns what the writer acknowledged before it was killed. */
async function killOneWriter(file: string, round: number, afterMs: number): Promise<Acknowledged[]> {
  const script = new URL('./kill-writer.ts', import.meta.url).pathname
  const writer = spawn(process.execPath, [script, file, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(writer, 'exit')
  const lines: string[] = []
  const reader = createInterface({ input: writer.stdout })
  reader.on('line', (line) => lines.push(line))
  const ended = once(reader, 'close')
  // Now and then it dies while it opens the file.
  if (Math.random() < 0.9) await Promise.race([once(reader, 'line'), exited])
  await sleep(afterMs)
  const diedEarly = writer.exitCode !== null
  writer.kill('SIGKILL')
  await Promise.all([exited, ended])
  if (diedEarly) throw new Error(`The writer of round ${round} ended by itself with ${writer.exitCode}`)
  return lines.flatMap(toAcknowledged)
}

/** A last line that is cut short was not acknowledged to anybody. */
function toAcknowledged(line: string): Acknowledged[] {
  try {
    const value: unknown = JSON.parse(line)
    if (!Array.isArray(value)) return []
    const [id, rev, body] = value.map(String)
    return id === undefined || rev === undefined || body === undefined ? [] : [{ id, rev, body }]
  } catch {
    return []
  }
}

async function findLosses(database: OpenDocumentDatabase, acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const losses = acknowledged.flatMap((each) => findLoss(database, each) ?? [])
  const { problems } = await database.verify()
  return [...losses, ...problems.map(({ id = 'the file', problem }) => `${id}: ${problem}`)]
}

function findLoss(database: OpenDocumentDatabase, { id, rev, body }: Acknowledged): string | undefined {
  if (id.startsWith('_local/')) {
    const number = (text = '0'): number => Number(text.split('-')[1])
    // Later ones may have been written, but not acknowledged.
    return number(database.readLocal(id)?.rev) >= number(rev) ? undefined : `${id} ${rev} is gone`
  }
  if (database.history(id, rev) === undefined) return `${id} ${rev} is gone`
  const isLeaf = database.head(id)?.leaves.some((leaf) => leaf.rev === rev) ?? false
  const stored = database.read(id, rev)
  if (stored === undefined) return isLeaf ? `the body of the leaf ${id} ${rev} is gone` : undefined
  return stored.body === body ? undefined : `the body of ${id} ${rev} is another`
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } })
  const startedAt = Date.now()
  const result = await runKillRounds({
    rounds: Number(values.rounds),
    onRound: (round, acknowledged) => process.stderr.write(`\rround ${round}: ${acknowledged} acknowledged   `),
  })
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  process.stderr.write('\n')
  for (const loss of result.losses.slice(0, 50)) process.stdout.write(`LOST ${loss}\n`)
  process.stdout.write(
    `${values.rounds} rounds of kill -9 in ${seconds} s: ${result.acknowledged} revisions acknowledged, ` +
      `${result.losses.length} lost or broken (largest file ${Math.round(result.bytes / 1e6)} MB, ` +
      `${result.early} rounds died before their first write)\n`,
  )
  process.exitCode = result.losses.length === 0 ? 0 : 1
}
