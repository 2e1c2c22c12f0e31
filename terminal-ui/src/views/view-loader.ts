/** Fetches views when they are first shown. An element is rendered only after its class is here: until then it could not take properties. */
import type { ReactiveControllerHost } from 'lit'

export type Readiness = 'loading' | 'ready' | 'failed'

/** Always the same object for the same thing. */
export interface Loadable {
  /** Absent for what needs no fetching. */
  readonly load?: () => Promise<unknown>
}

export class ViewLoader {
  readonly #host: ReactiveControllerHost
  readonly #readiness = new Map<Loadable, Readiness>()

  constructor(host: ReactiveControllerHost) {
    this.#host = host
  }

  /** How far a view is; the first question begins to fetch it. What needs no fetching is ready. */
  readinessOf(part: Loadable): Readiness {
    const known = this.#readiness.get(part)
    if (known !== undefined) return known
    if (part.load === undefined) return 'ready'
    this.#readiness.set(part, 'loading')
    part.load().then(
      () => this.#settle(part, 'ready'),
      () => this.#settle(part, 'failed'),
    )
    return 'loading'
  }

  retry(part: Loadable): void {
    this.#readiness.delete(part)
    this.#host.requestUpdate()
  }

  #settle(part: Loadable, readiness: Readiness): void {
    this.#readiness.set(part, readiness)
    this.#host.requestUpdate()
  }
}
