/**
 * A TCP connection between a store and the centre that can be cut. Cutting destroys the connections that are open and refuses new
 * ones; the port stays taken, so that restoring can't fail.
 */
import { createServer, connect, type Socket } from 'node:net'

export interface WanLink {
  readonly port: number
  readonly isConnected: boolean
  cut(): void
  restore(): void
  close(): Promise<void>
}

export interface WanLinkOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly target: { readonly host: string; readonly port: number }
}

/** Throws what `listen` throws, such as EADDRINUSE. */
export async function openWanLink(options: WanLinkOptions): Promise<WanLink> {
  const sockets = new Set<Socket>()
  let isConnected = true

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    // A reset, not an orderly end: the other side must not take a cut line for a complete answer.
    if (!isConnected) {
      client.on('error', () => undefined)
      client.resetAndDestroy()
      return
    }
    const upstream = connect({ ...options.target, allowHalfOpen: true, noDelay: true })
    join(client, upstream)
    client.pipe(upstream)
    upstream.pipe(client)
  })

  /** What ends badly on one side ends badly on the other. */
  function join(client: Socket, upstream: Socket): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.resetAndDestroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroySoon()
      })
    }
  }

  function dropAll(): void {
    for (const socket of sockets) socket.resetAndDestroy()
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: options.port, host: options.host }, () => resolve())
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port

  return {
    port,
    get isConnected() {
      return isConnected
    },
    cut() {
      isConnected = false
      dropAll()
    },
    restore() {
      isConnected = true
    },
    async close() {
      dropAll()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
