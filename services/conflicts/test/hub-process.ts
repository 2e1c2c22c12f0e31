/** A store's hub as a process of its own, with a till that speaks the sync API. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  makeDeviceKey,
  publicKeyOf,
  requestDeviceToken,
  type Enrolment,
  type SyncConflictsResponse,
  type SyncPushResponse,
  type SyncResolution,
} from '@tidemark/contracts'
import { freePort, startProcess, waitUntil } from '@tidemark/service-kit/test-support'
import type { DeskSystem, Fields } from './desk-system.ts'

export interface HubProcess {
  /** Creates a product or changes fields of it; answers the revision. */
  push(action: 'create' | 'update', productId: string, data: Fields, baseRev?: string): Promise<string>
  conflicts(
    resolutions?: readonly { readonly id: string; readonly resolution: SyncResolution }[],
  ): Promise<SyncConflictsResponse>
  /** The document as the till reads it, with `_conflicts` when there are any; undefined when the hub has none. */
  read(productId: string): Promise<Fields | undefined>
  stop(): Promise<void>
}

const program = fileURLToPath(new URL('../../../store-hub/src/server.ts', import.meta.url))
let operations = 0

export async function startHub(storeId: string, { central, nats }: DeskSystem): Promise<HubProcess> {
  const folder = await mkdtemp(join(tmpdir(), `tidemark-hub-${storeId}-`))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = await startProcess({
    program,
    env: {
      STORE_ID: storeId,
      STORE_NAME: storeId,
      HUB_PORT: String(port),
      HUB_DATA_DIR: folder,
      COUCHDB_URL: central.url,
      NATS_URL: nats.url,
      HUB_ENROLMENT: 'open',
      LOG_LEVEL: 'silent',
    },
    readyUrl: `${url}/health/ready`,
  })
  const key = await makeDeviceKey()
  const headers = { 'content-type': 'application/json', authorization: '' }
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  // A hub enrols no till before it has heard from central.
  await waitUntil('the till is enrolled', async () => {
    const response = await post('/api/terminals', { lane: 1, publicKey: await publicKeyOf(key) })
    if (response.status !== 201) return false
    const { incarnation } = (await response.json()) as Enrolment
    const ask = async (path: string, body: unknown): Promise<unknown> => (await post(path, body)).json()
    headers.authorization = `Bearer ${(await requestDeviceToken(ask, incarnation, key)).token}`
    return true
  })

  return {
    async push(action, entityId, data, baseRev) {
      operations += 1
      const operation = {
        id: `operation-${operations}`,
        entityType: 'product',
        entityId,
        action,
        data,
        timestamp: new Date().toISOString(),
        ...(baseRev === undefined ? {} : { baseRev }),
      }
      const response = await post('/api/sync/push', { operations: [operation] })
      const [result] = ((await response.json()) as SyncPushResponse).results
      if (result?.status !== 'synced') throw new Error(`${entityId} was not taken: ${JSON.stringify(result)}`)
      return result.rev
    },
    async conflicts(conflicts = []) {
      return (await (await post('/api/sync/conflicts', { conflicts })).json()) as SyncConflictsResponse
    },
    async read(productId) {
      const response = await fetch(`${url}/db/catalog/${encodeURIComponent(productId)}?conflicts=true`, { headers })
      return response.ok ? ((await response.json()) as Fields) : undefined
    },
    async stop() {
      await child.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
