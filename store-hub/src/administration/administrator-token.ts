// Who may administer the hub: whoever can read a file that only the hub's own user can read, on the hub's own machine.
//
// 1. The token is new at every start, so one that was copied is worth nothing after the next.
// 2. It is taken only from this machine: it never has to cross a network in the clear.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { FastifyRequest } from 'fastify'
import { readFileIfAny } from '../store/index.ts'

const fileName = 'administration.token'
const tokenBytes = 32
const ownerOnly = 0o600

/** Writes a new token into the data folder, and gives the check of requests. */
export async function makeAdministratorToken(directory: string): Promise<(request: FastifyRequest) => boolean> {
  const token = randomBytes(tokenBytes).toString('base64url')
  const file = path.join(directory, fileName)
  const draft = `${file}.draft`
  // An older draft would keep the rights it was made with.
  await rm(draft, { force: true })
  await writeFile(draft, `${token}\n`, { mode: ownerOnly, flag: 'wx' })
  await rename(draft, file)
  const expected = digest(token)
  return (request) => {
    const given = /^Bearer +([A-Za-z0-9_-]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1]
    return given !== undefined && isFromThisMachine(request) && timingSafeEqual(digest(given), expected)
  }
}

/** The token of the hub that runs, or ran, on the folder. */
export async function readAdministratorToken(directory: string): Promise<string | undefined> {
  return (await readFileIfAny(path.join(directory, fileName)))?.trim()
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Loopback, or a hub that listens on one address of the machine and is asked from the same. */
function isFromThisMachine({ socket }: FastifyRequest): boolean {
  const { remoteAddress, localAddress } = socket
  if (remoteAddress === undefined) return false
  return /^(::ffff:)?127\.|^::1$/.test(remoteAddress) || remoteAddress === localAddress
}
