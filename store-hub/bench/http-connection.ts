// A client that costs next to nothing, so that the server is what is measured: one keep-alive connection, one request
// at a time, requests as prepared bytes, and no more of the answer parsed than its end.
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface HttpAnswer {
  readonly status: number
  readonly body: Buffer
}

interface Pending {
  readonly resolve: (answer: HttpAnswer) => void
  readonly reject: (error: Error) => void
}

export interface Target {
  readonly url: URL
  /** `Basic …`, undefined where nobody asks */
  readonly authorization?: string
}

/** The bytes of a request; `path` begins with '/'. */
export function makeRequest({ url, authorization }: Target, method: string, path: string, body?: string): Buffer {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: ${url.host}`,
    ...(authorization === undefined ? [] : [`authorization: ${authorization}`]),
    ...(body === undefined ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`)
}

export class HttpConnection {
  readonly #socket: Socket
  #pending: Pending | undefined
  #received: Buffer[] = []
  #answer: AnswerParser | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (bytes) => this.#take(bytes))
    const fail = (error?: Error): void => {
      this.#pending?.reject(error ?? new Error('the server closed the connection'))
      this.#pending = undefined
    }
    socket.on('error', fail)
    socket.on('close', () => fail())
  }

  static open({ url }: Target): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port || 80), url.hostname)
      socket.once('connect', () => resolve(new HttpConnection(socket)))
      socket.once('error', reject)
    })
  }

  /** One request at a time. */
  send(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(bytes: Buffer): void {
    let rest = bytes
    if (this.#answer === undefined) {
      const start = this.#received.length === 0 ? bytes : Buffer.concat([...this.#received, bytes])
      const end = start.indexOf('\r\n\r\n')
      if (end < 0) {
        this.#received = [start]
        return
      }
      this.#received = []
      this.#answer = new AnswerParser(start.toString('latin1', 0, end))
      rest = start.subarray(end + 4)
    }
    if (!this.#answer.take(rest)) return
    const { status, body } = this.#answer
    const pending = this.#pending
    this.#answer = undefined
    this.#pending = undefined
    pending?.resolve({ status, body: Buffer.concat(body) })
  }
}

/** The body of one answer, by `content-length` or in chunks. */
class AnswerParser {
  readonly status: number
  readonly body: Buffer[] = []
  readonly #chunked: boolean
  /** bytes to come: of the body, or of the present chunk and its line end */
  #left: number
  #line = ''

  constructor(head: string) {
    this.status = Number(head.slice(9, 12))
    this.#chunked = /^transfer-encoding: *chunked/im.test(head)
    this.#left = this.#chunked ? 0 : Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  }

  /** True once the answer is whole. */
  take(bytes: Buffer): boolean {
    if (this.#chunked) return this.#takeChunks(bytes)
    this.body.push(bytes)
    this.#left -= bytes.length
    return this.#left <= 0
  }

  #takeChunks(bytes: Buffer): boolean {
    let at = 0
    while (at < bytes.length) {
      if (this.#left > 0) {
        const part = bytes.subarray(at, at + this.#left)
        // The last two bytes of a chunk are its line end.
        const content = Math.min(part.length, Math.max(0, this.#left - 2))
        if (content > 0) this.body.push(part.subarray(0, content))
        this.#left -= part.length
        at += part.length
        continue
      }
      const end = bytes.indexOf(10, at)
      this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end)
      if (end < 0) return false
      at = end + 1
      const line = this.#line.trim()
      this.#line = ''
      if (this.#isLast) return true
      const size = Number.parseInt(line, 16)
      if (size === 0) this.#isLast = true
      else this.#left = size + 2
    }
    return false
  }

  #isLast = false
}
