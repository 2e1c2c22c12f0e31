/** The JetStream side: what a broken publisher would send, and what became of it. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { DeadLetter, deadLetterStream, deadLetterSubject, schemaProblems } from '@tidemark/contracts'

/** Publishes bytes to a subject of the stream and waits for the acknowledgement. */
export async function publishRaw(natsUrl: string, subject: string, payload: string): Promise<void> {
  const connection = await connect(connectionOptions(natsUrl))
  try {
    await jetstream(connection).publish(subject, payload)
  } finally {
    await connection.close()
  }
}

/** The newest dead letter of a service about a subject. Throws while there is none. */
export async function newestDeadLetter(natsUrl: string, service: string, subject: string): Promise<DeadLetter> {
  const connection = await connect(connectionOptions(natsUrl))
  try {
    const manager = await jetstreamManager(connection)
    const query = { last_by_subj: deadLetterSubject(service, subject) }
    const message = await manager.streams.getMessage(deadLetterStream, query)
    if (message === null) throw new Error(`no dead letter under ${query.last_by_subj}`)
    const letter: unknown = message.json()
    const problems = schemaProblems(DeadLetter, letter)
    if (problems.length > 0) throw new Error(`a dead letter that is none: ${JSON.stringify(problems)}`)
    return letter as DeadLetter
  } finally {
    await connection.close()
  }
}

/** The client takes user and password apart from the address. */
function connectionOptions(natsUrl: string) {
  const { host, username, password } = new URL(natsUrl)
  const credentials = username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
  return { servers: host, timeout: 60_000, maxReconnectAttempts: 3, ...credentials }
}
