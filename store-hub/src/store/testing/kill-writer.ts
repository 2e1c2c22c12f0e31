// The process that is killed: writes to the database of its arguments as fast as it can, and says on its standard output
// what was acknowledged, one JSON list `[id, revision, body]` a line.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DocumentWrite } from '../document-database.ts'
import { openDocumentDatabase } from '../open-document-database.ts'

const WRITERS = 8
const [file = '', round = ''] = process.argv.slice(2)
const database = openDocumentDatabase({ file, name: 'sales' })
const chance = (share: number): boolean => Math.random() < share
const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(Math.random() * items.length)]

// Standard output is a pipe: written at once, and what is in it outlives this process.
const report = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

function makeBody(writer: number, number: number): string {
  const filling = 'x'.repeat(Math.floor(chance(0.02) ? Math.random() * 50_000 : Math.random() * 1500))
  return JSON.stringify({ writer, number, filling })
}

/** A new document, an edit or deletion of an earlier one, its new life, or a branch of it that was made elsewhere. */
function nextWrite(writer: number, number: number, ids: string[]): DocumentWrite {
  const body = makeBody(writer, number)
  const head = chance(0.4) ? database.head(pick(ids) ?? '') : undefined
  if (head === undefined) {
    const id = `${round}-${writer}-${number}`
    ids.push(id)
    return { kind: 'edit', id, deleted: false, body }
  }
  const { id, deleted, rev } = head
  if (chance(0.2)) {
    const ids = [`${number}`.padStart(32, '0'), ...(database.history(id, rev)?.ids.slice(1) ?? [])]
    return { kind: 'replicated', id, revisions: { start: Number.parseInt(rev, 10), ids }, deleted: chance(0.3), body }
  }
  return deleted ? { kind: 'edit', id, deleted: false, body } : { kind: 'edit', id, rev, deleted: chance(0.2), body }
}

async function writeOn(writer: number): Promise<never> {
  const ids: string[] = []
  for (let number = 1; ;) {
    const batch = Array.from({ length: chance(0.3) ? 20 : 1 }, () => nextWrite(writer, number++, ids))
    const results = await database.write(batch)
    for (const [index, result] of results.entries()) {
      if (result.kind === 'stored' && result.isNew) report([result.id, result.rev, batch[index]?.body])
    }
    const checkpoint = `_local/checkpoint-${writer}`
    const local = await database.writeLocal(checkpoint, JSON.stringify({ number }))
    if (local.kind === 'stored') report([checkpoint, local.rev, JSON.stringify({ number })])
  }
}

async function compactNowAndThen(): Promise<never> {
  for (;;) {
    await sleep(Math.random() * 100)
    await database.compact()
  }
}

report('ready')
await Promise.all([...Array.from({ length: WRITERS }, (_, index) => writeOn(index)), compactNowAndThen()])
