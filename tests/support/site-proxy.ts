/**
 * Stands before a hub and serves its site as another version of it: the page says so in a `<meta name="version">`, and the service
 * worker names the page's new revision. From then on files of one view are gone, as they are after a real release.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface SiteProxy {
  readonly url: string
  /** Serves this version from now on; `withoutView` names a lazily loaded view whose file is gone. */
  release(version: string, withoutView?: string): void
  close(): Promise<void>
}

export async function openSiteProxy(targetUrl: string): Promise<SiteProxy> {
  const target = new URL(targetUrl)
  const sockets = new Set<Socket>()
  let version: string | undefined
  let missing: string | undefined

  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    if (missing !== undefined && path.startsWith(`/assets/${missing}-`)) {
      outgoing.writeHead(404).end()
      return
    }
    const isPage = path === '/' || path.startsWith('/index.html')
    const rewrite = isPage ? markPage : path === '/sw.js' ? markWorker : undefined
    forward(
      target,
      incoming,
      outgoing,
      version !== undefined && rewrite ? (text) => rewrite(text, version ?? '') : undefined,
    )
  })
  server.on('upgrade', (incoming: IncomingMessage, client: Socket) => {
    const upstream = connect(Number(target.port), target.hostname, () => {
      const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`)
      upstream.write([`GET ${incoming.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
      upstream.pipe(client)
      client.pipe(upstream)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => client.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    release(next, withoutView) {
      version = next
      missing = withoutView
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function markPage(text: string, version: string): string {
  return text.replace('<head>', `<head><meta name="version" content="${version}" />`)
}

function markWorker(text: string, version: string): string {
  const marked = text.replace(/(\/index\.html",\s*"?revision"?:\s*")/, `$1${version}-`)
  if (marked === text) throw new Error('the service worker names no page')
  return marked
}

function forward(
  target: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  rewrite: ((text: string) => string) | undefined,
): void {
  // A copy that the browser has is of another version.
  const { 'if-none-match': _ifNone, 'if-modified-since': _ifModified, ...asked } = incoming.headers
  const headers = rewrite === undefined ? incoming.headers : { ...asked, 'accept-encoding': 'identity' }
  const { hostname, port } = target
  const upstream = request({ hostname, port, path: incoming.url, method: incoming.method, headers }, (answer) => {
    if (rewrite === undefined || answer.statusCode !== 200) {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
      return
    }
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => {
      const body = Buffer.from(rewrite(Buffer.concat(chunks).toString()))
      const { 'content-length': _length, etag: _etag, 'transfer-encoding': _encoding, ...kept } = answer.headers
      outgoing.writeHead(200, { ...kept, 'content-length': body.length }).end(body)
    })
  })
  upstream.on('error', () => outgoing.destroy())
  incoming.pipe(upstream)
}
