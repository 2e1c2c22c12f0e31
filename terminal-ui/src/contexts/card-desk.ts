/** The card terminal of this lane. There is one adapter so far, the simulated terminal, whose customer does what is chosen here. */
import type { CardTerminal } from '../data/card-terminal.ts'
import { SimulatedCardTerminal, type SimulatedBehaviour } from '../data/simulated-card-terminal.ts'
import type { TillHost } from './till-host.ts'

export class CardDesk {
  /** What the simulated terminal does with the next card. */
  behaviour: SimulatedBehaviour = 'approve'
  readonly #till: Pick<TillHost, 'databases'>
  #terminal: CardTerminal | undefined

  constructor(till: Pick<TillHost, 'databases'>) {
    this.#till = till
  }

  get terminal(): CardTerminal {
    this.#terminal ??= new SimulatedCardTerminal({
      database: this.#till.databases.named('simulated-card-terminal'),
      behaviour: () => this.behaviour,
    })
    return this.#terminal
  }
}
