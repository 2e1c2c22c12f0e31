import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { administrationRoutes, type AdministrationParts } from './administration-routes.ts'
import { announceRunningHub, withdrawRunningHub } from './running-hub.ts'

/** The routes of administration, and the note in the data folder by which the command line finds them. */
export function openAdministration(app: FastifyInstance, parts: AdministrationParts): void {
  administrationRoutes(app, parts)
  app.addHook('onListen', async () => {
    const url = ownUrl(app)
    if (url === undefined) return
    await announceRunningHub(parts.directory, { url, pid: process.pid, startedAt: new Date().toISOString() })
  })
  app.addHook('onClose', () => withdrawRunningHub(parts.directory))
}

const everyAddress = new Set(['0.0.0.0', '::'])

/** How this machine reaches the hub; undefined for one without a port. */
function ownUrl({ server }: FastifyInstance): string | undefined {
  const address = server.address()
  if (address === null || typeof address === 'string') return undefined
  const { address: host, family, port } = address satisfies AddressInfo
  if (everyAddress.has(host)) return `http://127.0.0.1:${port}`
  return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`
}
