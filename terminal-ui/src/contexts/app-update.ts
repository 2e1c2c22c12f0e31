/**
 * A new version of the application. The service worker fetches it in the background and keeps it waiting; the files of the present
 * version stay in its cache until the switch, so nothing on screen is ever half of one and half of the other.
 *
 *     none ──fetched──► waiting ──the cashier agrees, or the till is idle with an empty cart──► switching ──► reload
 *
 * 1. Only the tab that sells switches. Another tab of the till is reloaded by it, and the cart is on disk.
 * 2. A sale that is being recorded is finished first.
 * 3. A worker may be told to take over and go on waiting; a reload brings it. At a start that is left to the cashier: a page that
 *    reloads by itself for a worker that stays behind would never end.
 */

export type UpdateState = 'none' | 'waiting' | 'switching'

export interface UpdateHost {
  /** Selling, with nothing in the cart and no receipt on screen. */
  isIdle(): boolean
  /** A sale is being recorded. */
  isRecording(): boolean
  /** This tab holds the till. */
  holdsTill(): boolean
  changed(): void
}

const idleAfterMs = 60_000
const lookEveryMs = 5_000
const askEveryMs = 30 * 60_000
/** A worker that was told to take over does so within this time, or stays behind. */
const switchWithinMs = 3000

/** Fired on the window before a switch that nobody asked for. A view with input that is not saved calls `preventDefault()`. */
export const beforeSwitchEvent = 'tm-before-switch'

export class AppUpdate {
  state: UpdateState = 'none'
  readonly #host: UpdateHost
  #registration: ServiceWorkerRegistration | undefined
  #lastInputMs: number | undefined
  #askedMs = 0
  /** The waiting worker was told to take over when this page started, and did not. */
  #hasStayedBehind = false

  constructor(host: UpdateHost) {
    this.#host = host
  }

  /** Begins to look after new versions; to be called once, when it is settled which tab holds the till. */
  watch(registration: ServiceWorkerRegistration): void {
    this.#registration = registration
    this.#askedMs = Date.now()
    const noteInput = (): void => {
      this.#lastInputMs = performance.now()
    }
    for (const type of ['keydown', 'pointerdown']) window.addEventListener(type, noteInput, { capture: true })
    let hasController = navigator.serviceWorker.controller !== null
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      // The first worker of a page takes charge too, which changes nothing on screen.
      if (hasController) this.#reload()
      hasController = true
    })
    registration.addEventListener('updatefound', () => this.#follow(registration.installing))
    this.#follow(registration.installing)
    if (registration.waiting !== null) this.#noteWaiting()
    // Fetched during an earlier visit, and nobody has touched this one yet.
    if (this.state === 'waiting' && this.#lastInputMs === undefined && this.#host.holdsTill() && this.#takeOver()) {
      setTimeout(() => this.#waitForCashier(), switchWithinMs)
    }
    setInterval(() => this.#look(), lookEveryMs)
  }

  /** Switches to the version that waits. */
  apply(): void {
    if (this.#takeOver()) this.#reloadSoon()
  }

  #takeOver(): boolean {
    const waiting = this.#registration?.waiting
    if (!waiting || this.#host.isRecording()) return false
    this.state = 'switching'
    this.#host.changed()
    // `ServiceWorker.postMessage` has no target origin: a worker is of the page's own.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    waiting.postMessage('SKIP_WAITING')
    return true
  }

  /** Asks the hub for a new version, at most every half an hour of its own accord. */
  ask(now = false): void {
    if (this.#registration === undefined || (!now && Date.now() - this.#askedMs < askEveryMs)) return
    this.#askedMs = Date.now()
    // Without a network there is nothing new.
    void this.#registration.update().catch(() => undefined)
  }

  #follow(worker: ServiceWorker | null): void {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && navigator.serviceWorker.controller !== null) this.#noteWaiting()
    })
  }

  #noteWaiting(): void {
    if (navigator.serviceWorker.controller === null || this.state === 'switching') return
    this.state = 'waiting'
    this.#host.changed()
  }

  #look(): void {
    this.ask()
    if (this.state !== 'waiting' || this.#hasStayedBehind || !this.#host.holdsTill() || !this.#host.isIdle()) return
    if (this.#lastInputMs !== undefined && performance.now() - this.#lastInputMs < idleAfterMs) return
    if (window.dispatchEvent(new Event(beforeSwitchEvent, { cancelable: true }))) this.apply()
  }

  #waitForCashier(): void {
    this.#hasStayedBehind = true
    this.state = 'waiting'
    this.#host.changed()
  }

  /** When nothing that is typed would be lost by it. */
  #reloadSoon(): void {
    setTimeout(() => {
      if (window.dispatchEvent(new Event(beforeSwitchEvent, { cancelable: true }))) this.#reload()
      else this.#reloadSoon()
    }, switchWithinMs)
  }

  #reload(): void {
    this.state = 'switching'
    if (this.#host.isRecording()) setTimeout(() => this.#reload(), 100)
    else window.location.reload()
  }
}
