/** `<data folder>/hub.json`: where the hub of this folder listens. Only a hint: the process it names may be gone. */
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { schemaProblems } from '@tidemark/contracts'
import { Type, type Static } from 'typebox'
import { readFileIfAny } from '../store/index.ts'

const RunningHub = Type.Object({
  url: Type.String({ pattern: '^https?://' }),
  pid: Type.Integer({ minimum: 1 }),
  startedAt: Type.String(),
})
export type RunningHub = Static<typeof RunningHub>

const fileOf = (directory: string): string => path.join(directory, 'hub.json')

export async function announceRunningHub(directory: string, hub: RunningHub): Promise<void> {
  await writeFile(fileOf(directory), `${JSON.stringify(hub)}\n`)
}

export async function withdrawRunningHub(directory: string): Promise<void> {
  await rm(fileOf(directory), { force: true })
}

/** What a hub announced here; undefined when none did, or its process is gone. */
export async function findRunningHub(directory: string): Promise<RunningHub | undefined> {
  const text = await readFileIfAny(fileOf(directory))
  const announced = text === undefined ? undefined : parse(text)
  return announced !== undefined && isAlive(announced.pid) ? announced : undefined
}

function parse(text: string): RunningHub | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return schemaProblems(RunningHub, value).length === 0 ? (value as RunningHub) : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It lives, and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
