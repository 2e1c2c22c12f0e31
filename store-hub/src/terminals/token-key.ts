/**
 * The key that seals tokens, in the data folder: a hub that starts again takes the tokens that it gave out before. It is in no
 * backup; where it is missing a new one is made, and every till proves itself anew.
 */
import { randomBytes } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readFileIfAny } from '../store/index.ts'

const fileName = 'device-tokens.key'
const keyBytes = 32
const ownerOnly = 0o600

export async function openTokenKey(directory: string): Promise<Buffer> {
  const file = path.join(directory, fileName)
  const present = Buffer.from((await readFileIfAny(file))?.trim() ?? '', 'base64')
  if (present.length === keyBytes) return present
  const key = randomBytes(keyBytes)
  const draft = `${file}.draft`
  // An older draft would keep the rights it was made with.
  await rm(draft, { force: true })
  await writeFile(draft, `${key.toString('base64')}\n`, { mode: ownerOnly, flag: 'wx' })
  await rename(draft, file)
  return key
}
