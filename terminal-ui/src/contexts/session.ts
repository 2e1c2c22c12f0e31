/**
 * Who stands at the till. PINs are checked here, with no network, against the verifiers that came with the catalogue.
 *
 *     nobody ──PIN──► signed in ──lock, idle, reload (by setting)──► locked ──PIN of anybody──► signed in
 *
 * 1. The cart is the till's, not the person's: whoever signs in goes on with it.
 * 2. A try is counted on disk before the PIN is looked at, so that a reload gives no free ones.
 * 3. A person who is suspended, whose PIN was changed or whose grant is over has to sign in again.
 * 4. Until head office has sent anybody with a PIN, the till is open to whoever gives a name: a store that is being set up sells.
 */
import type { Author } from '@tidemark/contracts'
import { authorOfName, authorOfPerson, isGrantOver, peopleOf, type Permission, type Person } from '../data/people.ts'
import { afterFailure, freeTries, waitMs } from '../data/pin-attempts.ts'
import type { TillHost } from './till-host.ts'

export type PinOutcome =
  | { readonly outcome: 'right'; readonly person: Person }
  | { readonly outcome: 'wrong'; readonly triesLeft: number }
  | { readonly outcome: 'wait'; readonly waitMs: number }
  | { readonly outcome: 'grant-over' | 'unknown' }

export interface ConsentQuestion {
  readonly permission: Permission
  /** In words, for the manager: `20 % off the cart`. */
  readonly reason: string
}

interface OpenConsent extends ConsentQuestion {
  readonly answer: (author: Author | undefined) => void
}

type CheckPin = (verifier: string, pin: string) => Promise<boolean>

export class Session {
  /** Who may sign in here. */
  people: readonly Person[] = []
  person: Person | undefined
  isLocked = false
  /** What a manager is being asked for. */
  consent: ConsentQuestion | undefined
  readonly #till: TillHost
  readonly #checkPin: CheckPin
  readonly #now: () => Date
  #name = ''
  #openConsent: OpenConsent | undefined

  constructor(till: TillHost, checkPin: CheckPin = checkPinLater, now: () => Date = () => new Date()) {
    this.#till = till
    this.#checkPin = checkPin
    this.#now = now
  }

  /** Nobody has a PIN yet: invariant 4. */
  get isOpenToAll(): boolean {
    return this.people.length === 0
  }

  /** True while somebody has to sign in before anything else. */
  get isSignInNeeded(): boolean {
    return this.isOpenToAll ? this.#name === '' : this.isLocked || this.person === undefined
  }

  /** As receipts and the bar show it; empty when nobody is there. */
  get name(): string {
    return this.person?.name ?? this.#name
  }

  get author(): Author {
    return this.person === undefined ? authorOfName(this.#name) : authorOfPerson(this.person)
  }

  get role(): Person['role'] {
    return this.person?.role ?? 'cashier'
  }

  get managers(): readonly Person[] {
    return this.people.filter(({ role }) => role === 'manager')
  }

  /** Takes up the session that this browser had. */
  async resume(): Promise<void> {
    const { device } = this.#till.databases
    this.#name = (await device.read('cashier'))?.name ?? ''
    this.#readPeople()
    const stored = await device.read('session')
    const person = this.people.find(({ id }) => id === stored?.personId)
    if (stored === undefined || person?.pinVerifier !== stored.pinVerifier) return
    this.person = person
    this.isLocked = stored.isLocked || this.#till.settings.lockAtStart || isGrantOver(person, this.#now())
  }

  /** After news of the catalogue: invariant 3. */
  refresh(): void {
    this.#readPeople()
    if (this.person === undefined) return
    const now = this.people.find(({ id }) => id === this.person?.id)
    const isStillIn = now?.pinVerifier === this.person.pinVerifier && !isGrantOver(now, this.#now())
    this.person = now
    if (!isStillIn) void this.lock()
  }

  /** Signs somebody in, whoever was there before. */
  async signIn(personId: string, pin: string): Promise<PinOutcome> {
    const checked = await this.#check(personId, pin)
    if (checked.outcome !== 'right') return checked
    this.person = checked.person
    this.isLocked = false
    await this.#store()
    this.#till.changed()
    return checked
  }

  /** For the time until somebody has a PIN. */
  async signInByName(name: string): Promise<void> {
    if (!this.isOpenToAll) return
    await this.#till.databases.device.write('cashier', { name: name.trim() })
    this.#name = name.trim()
    this.#till.changed()
  }

  /** Hides the till until somebody signs in; the cart and everything else stay. */
  async lock(): Promise<void> {
    if (this.isOpenToAll) {
      this.#name = ''
    } else {
      this.isLocked = true
      this.#closeConsent(undefined)
      await this.#store()
    }
    this.#till.changed()
  }

  /**
   * A manager's word for something that the person at the till may not do alone. A manager gives their own without being asked.
   * The author who consented, or undefined when it was refused.
   */
  askConsent(question: ConsentQuestion): Promise<Author | undefined> {
    if (this.role === 'manager') return Promise.resolve(this.author)
    this.#closeConsent(undefined)
    return new Promise((answer) => {
      this.#openConsent = { ...question, answer }
      this.consent = question
      this.#till.changed()
    })
  }

  async giveConsent(personId: string, pin: string): Promise<PinOutcome> {
    if (!this.managers.some(({ id }) => id === personId)) return { outcome: 'unknown' }
    const checked = await this.#check(personId, pin)
    if (checked.outcome === 'right') this.#closeConsent(authorOfPerson(checked.person))
    return checked
  }

  /** While there is no manager with a PIN, whoever stands at the till answers for it under their own name. */
  takeResponsibility(): void {
    if (this.managers.length === 0) this.#closeConsent(this.author)
  }

  refuseConsent(): void {
    this.#closeConsent(undefined)
  }

  #closeConsent(author: Author | undefined): void {
    const open = this.#openConsent
    if (open === undefined) return
    this.#openConsent = undefined
    this.consent = undefined
    open.answer(author)
    this.#till.changed()
  }

  async #check(personId: string, pin: string): Promise<PinOutcome> {
    const person = this.people.find(({ id }) => id === personId)
    if (person === undefined) return { outcome: 'unknown' }
    if (isGrantOver(person, this.#now())) return { outcome: 'grant-over' }
    const { device } = this.#till.databases
    const attempts = await device.readPinAttempts(personId)
    const wait = waitMs(attempts, this.#now())
    if (wait > 0) return { outcome: 'wait', waitMs: wait }
    const counted = afterFailure(attempts, this.#now())
    await device.writePinAttempts(personId, counted)
    if (await this.#checkPin(person.pinVerifier, pin)) {
      await device.writePinAttempts(personId, undefined)
      return { outcome: 'right', person }
    }
    const nextWait = waitMs(counted, this.#now())
    return nextWait > 0
      ? { outcome: 'wait', waitMs: nextWait }
      : { outcome: 'wrong', triesLeft: Math.max(1, freeTries - counted.failures) }
  }

  #readPeople(): void {
    const { catalog, enrolment } = this.#till
    this.people = peopleOf(catalog?.cashiers ?? new Map(), enrolment?.storeId ?? '')
  }

  async #store(): Promise<void> {
    const { device } = this.#till.databases
    if (this.person === undefined) return
    const { id: personId, pinVerifier } = this.person
    await device.write('session', { personId, pinVerifier, isLocked: this.isLocked })
  }
}

/** Argon2 is fetched when somebody signs in. */
async function checkPinLater(verifier: string, pin: string): Promise<boolean> {
  const { isPinOf } = await import('@tidemark/contracts/check-pin')
  return isPinOf(verifier, pin)
}
