/** `/live`: what is recorded, as it is recorded, over a WebSocket. */
import websocket from '@fastify/websocket'
import { Type } from 'typebox'
import { StoreId } from '@tidemark/contracts'
import { maySeeStore, type ServiceApp } from '@tidemark/service-kit'
import type { FeedSocket, SaleFeed } from '../live/sale-feed.ts'

/** Readers only listen. */
const maxPayload = 1024

const schema = {
  tags: ['live'],
  summary: 'WebSocket: one JSON frame for each entry that is recorded, of the stores that the caller may see',
  description:
    'The token goes into the header, or from a browser into the protocols: new WebSocket(url, ["bearer", token]). ' +
    'A reader that falls a megabyte behind is dropped. Lists have what was missed.',
  querystring: Type.Object({ storeId: Type.Optional(StoreId) }, { additionalProperties: false }),
}

export function addLiveRoute(app: ServiceApp, feed: SaleFeed): void {
  // Node has handed the connection of an upgrade over. When it is refused, by sign-in or on another route, nobody else ends it.
  app.addHook('onResponse', async ({ headers, raw }) => {
    if (headers.upgrade !== undefined) raw.socket.destroy()
  })
  // Before the plugin's own, which would close sockets without a reason.
  app.addHook('preClose', async () => feed.close())
  void app.register(async (scope: ServiceApp) => {
    await scope.register(websocket, { options: { maxPayload } })
    scope.get('/live', { websocket: true, schema }, (socket: FeedSocket, request) => {
      const { principal } = request
      const { storeId: only } = request.query
      feed.join(socket, (storeId) => (only === undefined || only === storeId) && maySeeStore(principal, storeId))
    })
  })
}
