/** What every view of the console works with. */
import { ServiceClient } from '../data/service-client.ts'
import { Session } from './session.ts'

export interface Console {
  readonly session: Session
  readonly client: ServiceClient
}

export function createConsole(origin: string): Console {
  const session = new Session()
  return { session, client: new ServiceClient(session, origin) }
}
