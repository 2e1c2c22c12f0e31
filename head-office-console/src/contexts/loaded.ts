/**
 * Something that a view has asked a service for, with what to show while it comes and when it does not.
 *
 * 1. A newer question ends the one before; its answer is never shown.
 * 2. What was loaded stays on the screen while it is asked for again, also when that fails: the problem is shown beside it.
 * 3. Where `everyMs` is given it is asked again so long after each answer, while the page is visible.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { wordsOf } from '../data/errors.ts'

export class Loaded<Value> implements ReactiveController {
  value: Value | undefined
  /** In words; undefined while all is well. */
  problem: string | undefined
  isLoading = false
  /** Milliseconds since 1970. */
  loadedAt: number | undefined
  readonly #host: ReactiveControllerHost
  readonly #load: (signal: AbortSignal) => Promise<Value>
  readonly #everyMs: number | undefined
  #asking: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost, load: (signal: AbortSignal) => Promise<Value>, everyMs?: number) {
    this.#host = host
    this.#load = load
    this.#everyMs = everyMs
    host.addController(this)
  }

  hostConnected(): void {
    void this.reload()
  }

  hostDisconnected(): void {
    this.#asking?.abort()
    clearTimeout(this.#timer)
  }

  /** For another question: what was loaded is no answer to it. */
  async restart(): Promise<void> {
    this.value = undefined
    await this.reload()
  }

  async reload(): Promise<void> {
    this.#asking?.abort()
    clearTimeout(this.#timer)
    const asking = new AbortController()
    this.#asking = asking
    this.isLoading = true
    this.#host.requestUpdate()
    try {
      const value = await this.#load(asking.signal)
      if (asking.signal.aborted) return
      this.value = value
      this.problem = undefined
      this.loadedAt = Date.now()
    } catch (error) {
      if (asking.signal.aborted) return
      this.problem = wordsOf(error)
    }
    this.isLoading = false
    this.#host.requestUpdate()
    this.#schedule()
  }

  /** A change that is known already, before the next answer tells of it. */
  replace(value: Value): void {
    this.value = value
    this.#host.requestUpdate()
  }

  #schedule(): void {
    if (this.#everyMs === undefined) return
    this.#timer = setTimeout(() => {
      if (document.visibilityState === 'visible') void this.reload()
      else this.#schedule()
    }, this.#everyMs)
  }
}
