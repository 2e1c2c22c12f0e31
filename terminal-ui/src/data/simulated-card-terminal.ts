/**
 * A card terminal for demonstrations and tests. Like a real one it is a device of its own: it remembers its attempts (in a database of
 * its own in this browser), and its customer goes on whatever becomes of the page.
 */
import type { CardAnswer, CardRequest, CardTerminal } from './card-terminal.ts'
import { isNotFound, type Database, type StoredDocument } from './pouch-types.ts'

/**
 * What happens at the next attempt. `lose-answer`: it approves, and the answer gets lost; asked again it tells. `lose-declined`: the same
 * with a card that is declined.
 */
export type SimulatedBehaviour = 'approve' | 'decline' | 'time-out' | 'lose-answer' | 'lose-declined'

export interface SimulatorOptions {
  readonly database: Database
  readonly behaviour: () => SimulatedBehaviour
  /** How long a customer takes. */
  readonly delayMs?: number
}

type Outcome = 'approved' | 'declined' | 'timed-out'

const defaultDelayMs = 700
const codeLength = 8
const outcomes: Readonly<Record<SimulatedBehaviour, Outcome>> = {
  approve: 'approved',
  decline: 'declined',
  'time-out': 'timed-out',
  'lose-answer': 'approved',
  'lose-declined': 'declined',
}

export class SimulatedCardTerminal implements CardTerminal {
  readonly name = 'Simulated terminal'
  readonly #options: SimulatorOptions

  constructor(options: SimulatorOptions) {
    this.#options = options
  }

  async authorise(request: CardRequest): Promise<CardAnswer> {
    return this.#attempt(request, randomCode())
  }

  async ask(reference: string): Promise<CardAnswer | { readonly kind: 'not-found' }> {
    const known = await this.#read(reference)
    if (known === undefined) return { kind: 'not-found' }
    if (Date.now() < Number(known['answersAtMs'])) return { kind: 'unknown', reason: 'the customer is not done yet' }
    return answerOf(known)
  }

  async cancel(reference: string): Promise<{ readonly kind: 'cancelled' | 'not-found' }> {
    const known = await this.#read(reference)
    if (known === undefined) return { kind: 'not-found' }
    if (known['state'] !== 'cancelled') await this.#options.database.put({ ...known, state: 'cancelled' })
    return { kind: 'cancelled' }
  }

  async refund(request: CardRequest & { readonly token: string }): Promise<CardAnswer> {
    return this.#attempt(request, request.token)
  }

  async #attempt(request: CardRequest, token: string): Promise<CardAnswer> {
    const known = await this.#read(request.reference)
    if (known !== undefined) return answerOf(known)
    const behaviour = this.#options.behaviour()
    const attempt = await this.#keep(request, outcomes[behaviour], token)
    await this.#untilAnswered()
    if (behaviour === 'lose-answer' || behaviour === 'lose-declined') {
      return { kind: 'unknown', reason: 'the answer did not arrive' }
    }
    return answerOf(attempt)
  }

  async #read(reference: string): Promise<StoredDocument | undefined> {
    try {
      return await this.#options.database.get(reference)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async #keep(request: CardRequest, state: Outcome, token: string): Promise<StoredDocument> {
    const { reference, amountMinor, currency } = request
    const answersAtMs = Date.now() + this.#delayMs
    const attempt = {
      _id: reference,
      amountMinor,
      currency,
      state,
      token,
      authorisationCode: randomCode(),
      answersAtMs,
    }
    const { rev } = await this.#options.database.put(attempt)
    return { ...attempt, _rev: rev }
  }

  get #delayMs(): number {
    return this.#options.delayMs ?? defaultDelayMs
  }

  #untilAnswered(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, this.#delayMs)
    })
  }
}

function answerOf(attempt: StoredDocument): CardAnswer {
  switch (attempt['state']) {
    case 'approved': {
      const [token, authorisationCode] = [String(attempt['token']), String(attempt['authorisationCode'])]
      return { kind: 'approved', approval: { token, lastFour: '4242', authorisationCode } }
    }
    case 'timed-out':
      return { kind: 'timed-out' }
    case 'cancelled':
      return { kind: 'declined', reason: 'cancelled' }
    default:
      return { kind: 'declined', reason: 'the bank declined the card' }
  }
}

function randomCode(): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, codeLength).toUpperCase()
}
