/** The sales service's live feed: what the ledger records, as it records it. A lost connection is made again. */
import { schemaProblems } from '@tidemark/contracts'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { SaleFrame } from '../data/answers.ts'

const shownFrames = 50
const firstPauseMs = 1000
const longestPauseMs = 15_000

export interface FeedOptions {
  readonly url: string
  readonly token: () => string | undefined
  readonly onFrame: (frame: SaleFrame) => void
}

export class SaleFeed implements ReactiveController {
  isOpen = false
  /** Newest first. */
  frames: readonly SaleFrame[] = []
  readonly #host: ReactiveControllerHost
  readonly #options: FeedOptions
  #socket: WebSocket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0

  constructor(host: ReactiveControllerHost, options: FeedOptions) {
    this.#host = host
    this.#options = options
    host.addController(this)
  }

  hostConnected(): void {
    this.#connect()
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer)
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  #connect(): void {
    const token = this.#options.token()
    if (token === undefined) return
    // A browser can't set headers on a WebSocket; the token is the second of its protocols.
    const socket = new WebSocket(this.#options.url.replace(/^http/, 'ws'), ['bearer', token])
    this.#socket = socket
    socket.addEventListener('open', () => this.#become(true))
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#take(String(data)))
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return
      this.#become(false)
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures)
      this.#failures += 1
      this.#timer = setTimeout(() => this.#connect(), pauseMs)
    })
  }

  #take(text: string): void {
    const frame: unknown = JSON.parse(text)
    if (schemaProblems(SaleFrame, frame).length > 0) return
    this.frames = [frame as SaleFrame, ...this.frames].slice(0, shownFrames)
    this.#options.onFrame(frame as SaleFrame)
    this.#host.requestUpdate()
  }

  #become(isOpen: boolean): void {
    this.isOpen = isOpen
    if (isOpen) this.#failures = 0
    this.#host.requestUpdate()
  }
}
