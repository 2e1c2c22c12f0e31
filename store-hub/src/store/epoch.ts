import { randomBytes } from 'node:crypto'
import { readFileIfAny, writeFileDurably } from './durable-files.ts'

/** How a store came to its present epoch. */
export interface Epoch {
  /** 32 hexadecimal digits, as CouchDB's `uuid` */
  readonly uuid: string
  /** the epoch before; absent for a new store */
  readonly previous?: string
  readonly reason?: string
}

const UUID = /^[0-9a-f]{32}$/

// First line: the epoch. Second line, after a rotation: where it came from.
export async function readOrMakeEpoch(file: string): Promise<Epoch> {
  const [uuid = '', origin] = (await readFileIfAny(file))?.split('\n') ?? []
  if (UUID.test(uuid.trim())) return { ...readOrigin(origin), uuid: uuid.trim() }
  return writeEpoch(file, {})
}

export async function writeEpoch(file: string, origin: Omit<Epoch, 'uuid'>): Promise<Epoch> {
  const epoch = { ...origin, uuid: randomBytes(16).toString('hex') }
  await writeFileDurably(file, `${epoch.uuid}\n${JSON.stringify(origin)}\n`)
  return epoch
}

function readOrigin(line: string | undefined): Omit<Epoch, 'uuid'> {
  if (line === undefined || line.trim() === '') return {}
  const { previous, reason } = JSON.parse(line) as { previous?: unknown; reason?: unknown }
  return {
    ...(typeof previous === 'string' ? { previous } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  }
}
