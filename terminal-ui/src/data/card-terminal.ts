/**
 * What the till asks of a card terminal. An adapter speaks the protocol of a maker (ZVT, OPI, Nexo, a maker's own service); the till
 * knows only this. Every attempt has a reference that the till chose and keeps on disk before it asks, so that an answer which got
 * lost can be asked for again, and nothing is charged twice.
 *
 * 1. `authorise` and `refund` with a reference that the terminal knows answer what it did then, and move nothing again.
 * 2. An adapter never rejects: what it can't find out is `unknown`.
 */

/** No card number, ever: a token, the last four digits and the code of the authorisation. */
export interface CardApproval {
  readonly token: string
  readonly lastFour: string
  readonly authorisationCode: string
}

export type CardAnswer =
  | { readonly kind: 'approved'; readonly approval: CardApproval }
  | { readonly kind: 'declined'; readonly reason: string }
  /** The customer showed no card in time; no money moved. */
  | { readonly kind: 'timed-out' }
  /** Money may have moved: ask again by the reference. */
  | { readonly kind: 'unknown'; readonly reason: string }

export interface CardRequest {
  /** `^[A-Za-z0-9._-]{1,64}$` */
  readonly reference: string
  readonly amountMinor: number
  readonly currency: string
}

export interface CardTerminal {
  /** As the cashier reads it. */
  readonly name: string
  authorise(request: CardRequest): Promise<CardAnswer>
  /** What became of an attempt. `not-found`: the terminal never heard of it, so no money moved. */
  ask(reference: string): Promise<CardAnswer | { readonly kind: 'not-found' }>
  /**
   * Undoes a payment as if it had not been: before the sale is finished, and for a void until the terminal has handed its payments
   * in (`refused` from then on). Repeating it does no harm.
   */
  cancel(
    reference: string,
  ): Promise<
    { readonly kind: 'cancelled' | 'not-found' } | { readonly kind: 'refused' | 'unknown'; readonly reason: string }
  >
  /** Gives money back to the card of an earlier payment, by its token. */
  refund(request: CardRequest & { readonly token: string }): Promise<CardAnswer>
}
