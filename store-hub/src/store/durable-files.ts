import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'

/** Makes new and removed names of a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Replaces a file as a whole: after a crash there is the old content or the new, never a part. */
export async function writeFileDurably(file: string, content: string): Promise<void> {
  const draft = `${file}.draft`
  const handle = await open(draft, 'w')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  await syncFolder(path.dirname(file))
}

/** The content of a file, undefined when there is none. */
export async function readFileIfAny(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await syncFolder(path.dirname(folder))
}
