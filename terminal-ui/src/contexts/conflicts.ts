/** Conflicts that this till knows of, and a manager's decisions about them. The rules are fetched behind the first picture. */
import { msg, str } from '@lit/localize'
import type { Author, Conflict, LeafDecision } from '@tidemark/contracts'
import type { DecisionOutcome } from '../data/decide-conflict.ts'
import { messageOf } from '../data/errors.ts'
import type { OpenConflict } from '../data/open-conflicts.ts'
import type { TillHost } from './till-host.ts'

const loadOpen = () => import('../data/open-conflicts.ts')
const loadDecide = () => import('../data/decide-conflict.ts')

export class Conflicts {
  /** Newest first. */
  open: readonly OpenConflict[] = []
  readonly #till: TillHost
  #reading: Promise<void> | undefined
  #again = false

  constructor(till: TillHost) {
    this.#till = till
  }

  find(conflictId: string): OpenConflict | undefined {
    return this.open.find(({ id }) => id === conflictId)
  }

  /** The open conflict of a document, for its badge. */
  of(documentId: string): OpenConflict | undefined {
    return this.open.find((conflict) => conflict.documentId === documentId)
  }

  /** Looks again: documents or cases came in. Calls made meanwhile share a second look. */
  look(): Promise<void> {
    this.#again = true
    this.#reading ??= this.#lookAgain()
    return this.#reading
  }

  async decided(limit: number): Promise<Conflict[]> {
    const { listDecidedConflicts } = await loadOpen()
    return listDecidedConflicts(this.#till.databases, limit)
  }

  /** Decides a conflict here; it is sent as soon as the hub answers. */
  async decide(conflictId: string, decision: LeafDecision, note: string, by: Author): Promise<DecisionOutcome> {
    const { databases, enrolment, journal } = this.#till
    const open = this.find(conflictId)
    if (enrolment === undefined || open === undefined) {
      return { outcome: 'invalid', reason: 'this conflict is not open any more' }
    }
    const stamp = (...after: readonly string[]) => journal.stamp(enrolment, ...after)
    const { storeId } = enrolment
    const input = { decision, note, by, storeId, stamp, now: new Date() }
    const { decideConflict } = await loadDecide()
    const outcome = await decideConflict(databases, open, input)
    if (outcome.outcome === 'decided') {
      await this.#till.refreshCatalog()
      await this.look()
      this.#till.noteLocalWrite('conflicts')
      this.#till.noteLocalWrite('catalog')
    }
    return outcome
  }

  async #lookAgain(): Promise<void> {
    while (this.#again) {
      this.#again = false
      try {
        await this.#read()
      } catch (error) {
        this.#till.notices.warn(msg(str`Conflicts could not be read: ${messageOf(error)}`))
      }
    }
    // In the same turn as the last look at `#again`: a call that comes next begins anew.
    this.#reading = undefined
  }

  async #read(): Promise<void> {
    const { databases, catalog } = this.#till
    const conflicted = [...(catalog?.conflicted ?? [])]
    const [{ listOpenConflicts }, { finishDecisions }] = await Promise.all([loadOpen(), loadDecide()])
    const open = await listOpenConflicts(databases, conflicted)
    const finished = await finishDecisions(databases, open)
    // Not waited for: it looks at conflicts when it is done, and that is this look.
    if (finished) void this.#till.refreshCatalog()
    this.open = open
    // What a rule merges is no news for a cashier.
    this.#till.noteConflicts(open.filter(({ needsPerson }) => needsPerson).length)
  }
}
