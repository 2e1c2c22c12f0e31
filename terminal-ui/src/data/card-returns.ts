/**
 * Money that goes back to cards, of a refund or a void. What is asked of the card terminal is on disk before it hears of it, so that a
 * killed tab comes back to it.
 *
 *     planned ──► asking ──answer──► approved          a void undoes the payment itself; where the terminal can't, it is given back
 *                  │  ▲
 *                  ▼  │ ask again                      declined, no card in time: gone, no money moved
 *                 unknown
 */
import type { Author, Payment, Refund, Sale } from '@tidemark/contracts'
import type { CardAnswer, CardTerminal } from './card-terminal.ts'
import { messageOf } from './errors.ts'
import type { ActTrace } from './journal-entry.ts'

export type CardPayment = Extract<Payment, { method: 'card' }>

export interface CardReturn {
  /** Under which the card terminal knows the attempt of a refund. */
  readonly reference: string
  readonly way: 'reversal' | 'refund'
  /** What the sale was paid by. */
  readonly payment: CardPayment
  readonly amountMinor: number
  readonly state: 'planned' | 'asking' | 'unknown' | 'approved'
  /** Of an approved refund. */
  readonly authorisationCode?: string
}

/** A refund or void that waits for the card terminal; the journal's entry is made when it has answered. */
export interface PendingReturn {
  /** Names the entry: one that carries it is this act, done. */
  readonly trace: ActTrace
  readonly by: Author
  readonly approvedBy: Author
  readonly reason: string
  /** What becomes of it. A void of which a card did not take its part has given something back in cash: then it is a refund of all. */
  readonly kind: 'refund' | 'void'
  readonly sale: Pick<Sale, '_id' | 'customerReference'>
  readonly lines: Refund['lines']
  readonly currency: string
  /** All that goes back, to cards and in cash. */
  readonly dueMinor: number
  /** What of it was to go to cards. */
  readonly toCardsMinor: number
  readonly parts: readonly CardReturn[]
}

/** What came of a part when no money moved, or when nobody knows. */
export type ReturnTrouble = Exclude<CardAnswer, { kind: 'approved' }>

/** How the cards of these payments get their money back. */
export function plannedReturns(payments: readonly Payment[], way: CardReturn['way']): CardReturn[] {
  return payments.filter(isCardPayment).map((payment) => ({
    reference: crypto.randomUUID(),
    // What has no name at the terminal can't be undone by name.
    way: payment.reference === undefined ? 'refund' : way,
    payment,
    amountMinor: payment.amountMinor,
    state: 'planned',
  }))
}

export function sumOfReturns(parts: readonly CardReturn[]): number {
  return parts.reduce((total, { amountMinor }) => total + amountMinor, 0)
}

/** The payments of a refund to the cards that took it. */
export function returnedPayments(parts: readonly CardReturn[]): CardPayment[] {
  return parts
    .filter(({ state }) => state === 'approved')
    .map(({ payment, amountMinor, reference, authorisationCode = payment.authorisationCode }) => {
      const { method, token, lastFour } = payment
      return { method, amountMinor, token, lastFour, authorisationCode, reference }
    })
}

export interface ReturnDesk {
  readonly terminal: CardTerminal
  readonly currency: string
  /** Puts the parts on disk. */
  readonly keep: (parts: readonly CardReturn[]) => Promise<void>
}

/** Asks for every part that is not approved, one after the other, up to the first whose outcome nobody knows. */
export async function settleReturns(
  parts: readonly CardReturn[],
  desk: ReturnDesk,
): Promise<{ readonly parts: readonly CardReturn[]; readonly trouble: ReturnTrouble | undefined }> {
  let known = parts
  let trouble: ReturnTrouble | undefined
  for (const part of parts.filter(({ state }) => state !== 'approved')) {
    const keep = async (next: CardReturn | undefined): Promise<void> => {
      known = known.flatMap((other) =>
        other.reference !== part.reference ? [other] : next === undefined ? [] : [next],
      )
      await desk.keep(known)
    }
    trouble = (await settle(part, desk.terminal, desk.currency, keep)) ?? trouble
    if (trouble?.kind === 'unknown') break
  }
  return { parts: known, trouble }
}

async function settle(
  part: CardReturn,
  terminal: CardTerminal,
  currency: string,
  keep: (next: CardReturn | undefined) => Promise<void>,
): Promise<ReturnTrouble | undefined> {
  const asked: CardReturn = { ...part, state: 'asking' }
  if (part.state === 'planned') await keep(asked)
  const answer = part.way === 'reversal' ? await reverse(part, terminal) : await refund(part, terminal, currency)
  switch (answer.kind) {
    case 'approved':
      await keep({ ...asked, state: 'approved', ...(answer.code !== undefined && { authorisationCode: answer.code }) })
      return undefined
    case 'not-undone':
      return settle({ ...part, way: 'refund', state: 'planned' }, terminal, currency, keep)
    case 'unknown':
      await keep({ ...asked, state: 'unknown' })
      return answer
    case 'declined':
    case 'timed-out':
      await keep(undefined)
      return answer
  }
}

type Outcome = ReturnTrouble | { readonly kind: 'approved'; readonly code?: string } | { readonly kind: 'not-undone' }

async function reverse({ payment }: CardReturn, terminal: CardTerminal): Promise<Outcome> {
  const answer = await terminal.cancel(payment.reference ?? '').catch(asUnknown)
  if (answer.kind === 'cancelled') return { kind: 'approved' }
  return answer.kind === 'unknown' ? { kind: 'unknown', reason: answer.reason } : { kind: 'not-undone' }
}

/** What may have been asked before is looked up first; the terminal that never heard of it is asked for it. */
async function refund(part: CardReturn, terminal: CardTerminal, currency: string): Promise<Outcome> {
  const { reference, amountMinor, payment } = part
  const known =
    part.state === 'planned' ? { kind: 'not-found' as const } : await terminal.ask(reference).catch(asUnknown)
  const answer =
    known.kind === 'not-found'
      ? await terminal.refund({ reference, amountMinor, currency, token: payment.token }).catch(asUnknown)
      : known
  return answer.kind === 'approved' ? { kind: 'approved', code: answer.approval.authorisationCode } : answer
}

function asUnknown(error: unknown): { readonly kind: 'unknown'; readonly reason: string } {
  return { kind: 'unknown', reason: messageOf(error) }
}

export function isCardPayment(payment: Payment): payment is CardPayment {
  return payment.method === 'card'
}
