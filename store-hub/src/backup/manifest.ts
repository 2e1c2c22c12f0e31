/** `backup.json` of a backup: what it is, of which moment, and what each of its files has to hash to. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { schemaProblems } from '@tidemark/contracts'
import { Type, type Static } from 'typebox'
import { readFileIfAny } from '../store/index.ts'
import { BackupError } from './errors.ts'

export const manifestName = 'backup.json'
const format = 'tidemark-hub-backup'
/** Grows when a program of before could no longer restore what this one writes. */
export const backupVersion = 1

const Count = Type.Integer({ minimum: 0 })

export const BackupManifest = Type.Object({
  format: Type.Literal(format),
  version: Type.Integer({ minimum: 1 }),
  hubVersion: Type.String(),
  storeId: Type.Union([Type.String(), Type.Null()]),
  epoch: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  /** Everything that was acknowledged before this time is in the backup. */
  createdAt: Type.String({ format: 'date-time' }),
  databases: Type.Array(Type.Object({ name: Type.String(), documents: Count, deleted: Count, sequence: Count })),
  files: Type.Array(
    Type.Object({ path: Type.String(), bytes: Count, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
  ),
})
export type BackupManifest = Static<typeof BackupManifest>
export type BackupFile = BackupManifest['files'][number]

export const backupFormat = format

/** Reads the manifest of a backup. Throws BackupError `not_a_backup` or `backup_too_new`. */
export async function readManifest(backup: string): Promise<BackupManifest> {
  const text = await readFileIfAny(path.join(backup, manifestName))
  if (text === undefined)
    throw new BackupError('not_a_backup', `${backup} holds no ${manifestName}: it is not a backup`)
  const manifest = parse(text, backup)
  if (manifest.version > backupVersion) {
    const written = `${backup} was written by version ${manifest.hubVersion} of the hub`
    throw new BackupError('backup_too_new', `${written}; restore it with that version or a newer one`)
  }
  return manifest
}

function parse(text: string, backup: string): BackupManifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new BackupError('backup_damaged', `${manifestName} of ${backup} is not JSON`)
  }
  const problem = schemaProblems(BackupManifest, value)[0]
  if (problem !== undefined) {
    throw new BackupError('backup_damaged', `${manifestName} of ${backup}: ${problem.field} ${problem.message}`)
  }
  return value as BackupManifest
}

/** Every file below `folder`, with `/` in its path on any system, in order. */
export async function describeFiles(folder: string, onBytes: (bytes: number) => void): Promise<BackupFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => name !== manifestName)
    .sort()
  const files: BackupFile[] = []
  for (const name of paths) files.push(await describeFile(folder, name, onBytes))
  return files
}

async function describeFile(folder: string, name: string, onBytes: (bytes: number) => void): Promise<BackupFile> {
  const file = path.join(folder, name)
  const { size: bytes } = await stat(file)
  const hash = createHash('sha256')
  await pipeline(
    createReadStream(file),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        onBytes(chunk.length)
        yield chunk
      }
    },
    hash,
  )
  return { path: name, bytes, sha256: hash.digest('hex') }
}

/** What differs between a backup and its manifest, in words; empty when nothing does. */
export async function findDamage(
  backup: string,
  manifest: BackupManifest,
  onBytes: (bytes: number) => void,
): Promise<string[]> {
  const present = new Map((await describeFiles(backup, onBytes)).map((file) => [file.path, file]))
  const damage = manifest.files.flatMap(({ path: name, bytes, sha256 }) => {
    const file = present.get(name)
    present.delete(name)
    if (file === undefined) return [`${name} is missing`]
    if (file.bytes !== bytes) return [`${name} has ${file.bytes} bytes instead of ${bytes}`]
    return file.sha256 === sha256 ? [] : [`${name} has other content than when it was written`]
  })
  return [...damage, ...[...present.keys()].map((name) => `${name} is not of this backup`)]
}
