/** A manager's word for what the person at the till may not do alone. */
import type { Author } from '@tidemark/contracts'
import type { ConsentQuestion } from './session.ts'
import type { TillHost } from './till-host.ts'

/** Who consented, or undefined when it was refused. */
export function askConsent(till: Pick<TillHost, 'session'>, question: ConsentQuestion): Promise<Author | undefined> {
  return till.session.askConsent(question)
}
