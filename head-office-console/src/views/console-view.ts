/** What every view has: the console, and where in it somebody is. */
import { LitElement } from 'lit'
import type { Console } from '../contexts/console.ts'
import type { Route } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'

export class ConsoleView extends LitElement {
  static override styles = [sharedStyles]
  static override properties = { console: { attribute: false }, route: { attribute: false } }

  declare console: Console
  declare route: Route
}
