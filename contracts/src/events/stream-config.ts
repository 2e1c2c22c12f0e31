/** JetStream configuration of the two streams. Whoever comes first, a hub or a service, creates them the same way. */
import {
  changeRetentionMs,
  changeStream,
  changeSubjects,
  deadLetterStream,
  deadLetterSubjects,
} from './change-message.ts'

const nanosecondsPerMs = 1_000_000
const duplicateWindowMs = 10 * 60 * 1000

export interface StreamConfig {
  readonly name: string
  readonly subjects: string[]
  readonly storage: 'file'
  readonly retention: 'limits'
  /** `new`: a full stream refuses, so the publisher waits at its checkpoint; nothing old is pushed out unread. */
  readonly discard: 'new'
  /** Nanoseconds. */
  readonly max_age: number
  /** Nanoseconds. */
  readonly duplicate_window: number
  readonly num_replicas: number
}

/** `replicas`: 1 for a single server, 3 in production. */
export function streamConfigs(replicas: number): readonly StreamConfig[] {
  const common = {
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_age: changeRetentionMs * nanosecondsPerMs,
    duplicate_window: duplicateWindowMs * nanosecondsPerMs,
    num_replicas: replicas,
  } as const
  return [
    { name: changeStream, subjects: [changeSubjects], ...common },
    { name: deadLetterStream, subjects: [deadLetterSubjects], ...common },
  ]
}
