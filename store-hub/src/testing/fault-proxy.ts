import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to a request on its way to central. */
export type Fault =
  /** Answered by the proxy; central never sees it. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /** Central does it, and the answer's status is another. */
  | { readonly kind: 'restamp'; readonly status: number }
  /** Central does it, and the connection breaks before the answer. */
  | { readonly kind: 'lose-answer' }
  /** Nobody ever answers. */
  | { readonly kind: 'silence' }

export interface ProxiedRequest {
  readonly method: string
  /** with its query */
  readonly path: string
  readonly bodyText: string
  readonly headers: IncomingMessage['headers']
}

/** An HTTP proxy in front of a real server, which does wrong what a test asks it to. */
export interface FaultProxy {
  readonly url: string
  /** Every request that came in, oldest first. */
  readonly requests: readonly ProxiedRequest[]
  /** Asked about each request; undefined lets it pass. */
  onRequest(fault: (request: ProxiedRequest) => Fault | undefined): void
  close(): Promise<void>
}

export async function openFaultProxy(targetPort: number): Promise<FaultProxy> {
  const requests: ProxiedRequest[] = []
  let faultOf: (request: ProxiedRequest) => Fault | undefined = () => undefined
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy())
  })
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await readAll(incoming)
    const { method = 'GET', url: path = '/', headers } = incoming
    const seen = { method, path, bodyText: body.toString('utf8'), headers }
    requests.push(seen)
    const fault = faultOf(seen)
    if (fault?.kind === 'silence') return
    if (fault?.kind === 'answer') {
      outgoing.writeHead(fault.status, { 'content-type': 'text/html', ...fault.headers }).end(fault.body ?? '')
      return
    }
    const answer = await forward(targetPort, { method, path, headers }, body)
    if (fault?.kind === 'lose-answer') return void outgoing.destroy()
    const { 'transfer-encoding': _, ...kept } = answer.headers
    outgoing.writeHead(fault?.kind === 'restamp' ? fault.status : answer.status, kept).end(answer.body)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    onRequest(fault) {
      faultOf = fault
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

function forward(
  port: number,
  { method, path, headers }: { method: string; path: string; headers: IncomingMessage['headers'] },
  body: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = sendRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      readAll(response).then(
        (content) => resolve({ status: response.statusCode ?? 500, headers: response.headers, body: content }),
        reject,
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
