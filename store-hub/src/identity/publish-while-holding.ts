import type { NatsLine } from '../change-publisher/index.ts'
import type { Lease } from './lease.ts'

/** The line to NATS as the publisher sees it: a hub that another one has taken the store from publishes nothing. */
export function publishWhileHolding(line: NatsLine, lease: Lease): NatsLine {
  const state: NatsLine['state'] = () => (lease.readOnlyReason() === undefined ? line.state() : 'down')
  return {
    ...line,
    state,
    reason: () => lease.readOnlyReason() ?? line.reason(),
    onChange(listener) {
      const tell = (): void => listener(state())
      const endings = [line.onChange(tell), lease.onChange(tell)]
      return () => endings.forEach((end) => end())
    },
  }
}
