import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP connection that can be cut: open connections break and new ones are refused until it is restored. */
export interface TcpLink {
  readonly port: number
  cut(): void
  restore(): void
  /** From now on nothing passes, and nobody is told: the half-open case. */
  freeze(): void
  close(): Promise<void>
}

type LinkState = 'open' | 'cut' | 'frozen'

export async function openTcpLink(targetPort: number): Promise<TcpLink> {
  const sockets = new Set<Socket>()
  let state: LinkState = 'open'
  const pass = (from: Socket, to: Socket): void => {
    sockets.add(from)
    from.on('data', (chunk) => state === 'open' && to.write(chunk))
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }
  const server = createServer((client) => {
    if (state === 'cut') return void client.resetAndDestroy()
    const upstream = connect(targetPort, '127.0.0.1')
    pass(client, upstream)
    pass(upstream, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const dropAll = (): void => sockets.forEach((socket) => socket.resetAndDestroy())
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      dropAll()
    },
    restore() {
      state = 'open'
      dropAll()
    },
    freeze() {
      state = 'frozen'
    },
    async close() {
      dropAll()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
