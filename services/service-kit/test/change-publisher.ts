/** Publishes changes as a hub does. */
import { createHash } from 'node:crypto'
import { headers } from '@nats-io/transport-node'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import {
  changeMessageId,
  changeStream,
  changeSubject,
  classOfDatabase,
  databaseOfDocument,
  deadLetterStream,
  streamConfigs,
  type ChangeMessage,
  type DeadLetter,
} from '@tidemark/contracts'
import { connectNats } from '../src/feed/nats-connection.ts'

export interface TestPublisher {
  /** Publishes a document of a store. A copy needs another `copy` number, or the stream would drop it as a duplicate. */
  publish(storeId: string, document: Readonly<Record<string, unknown>>, options?: PublishOptions): Promise<void>
  /** Publishes anything. */
  publishRaw(subject: string, body: string): Promise<void>
  deadLetters(): Promise<DeadLetter[]>
  /** Messages that a durable consumer has not had acknowledged: waiting and delivered. */
  unacknowledged(service: string): Promise<number>
  /**
   * The stream's sequence up to which `service` has acknowledged everything. After a service stopped in the middle NATS 2.9 counts a message that it
   * could not hand over twice, until all is consumed; this it gets right.
   */
  acknowledgedUpTo(service: string): Promise<number>
  /** Deletes the durable consumer, as an operator might. */
  deleteConsumer(service: string): Promise<void>
  /** Deletes the stream of changes with all its messages, as a lost disk would. */
  deleteStream(): Promise<void>
  close(): Promise<void>
}

export interface PublishOptions {
  readonly rev?: string
  readonly conflicts?: readonly string[]
  readonly deleted?: boolean
  readonly copy?: number
  readonly database?: string
  readonly traceparent?: string
}

/** For a machine that has other work. */
const answerLimitMs = 60_000

export async function connectPublisher(natsUrl: string): Promise<TestPublisher> {
  const connection = await connectNats(natsUrl, 'test-publisher')
  const stream = jetstream(connection, { timeout: answerLimitMs })
  const manager = await jetstreamManager(connection, { timeout: answerLimitMs })
  for (const config of streamConfigs(1)) await manager.streams.add({ ...config })
  let sequence = 0
  return {
    async publish(storeId, document, options = {}) {
      const database = options.database ?? databaseOfDocument(document)
      const entityClass = database === undefined ? undefined : classOfDatabase(database)
      if (database === undefined || entityClass === undefined) throw new Error('the document has no database')
      sequence += 1
      const message: ChangeMessage = {
        storeId,
        // Each hub has its own.
        epoch: createHash('sha256').update(storeId).digest('hex').slice(0, 32),
        database,
        sequence,
        rev: options.rev ?? '1-abc',
        conflicts: [...(options.conflicts ?? [])],
        deleted: options.deleted ?? false,
        document: { ...document },
      }
      const header = headers()
      if (options.traceparent !== undefined) header.set('traceparent', options.traceparent)
      await stream.publish(changeSubject(storeId, entityClass, document['type']), JSON.stringify(message), {
        msgID: `${changeMessageId(message)}/${options.copy ?? 0}`,
        headers: header,
      })
    },
    async publishRaw(subject, body) {
      await stream.publish(subject, body)
    },
    async deadLetters() {
      const { state } = await manager.streams.info(deadLetterStream)
      const letters: DeadLetter[] = []
      for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq += 1) {
        const stored = await manager.streams.getMessage(deadLetterStream, { seq })
        if (stored !== null) letters.push(stored.json<DeadLetter>())
      }
      return letters
    },
    async unacknowledged(service) {
      const info = await manager.consumers.info(changeStream, service)
      return info.num_pending + info.num_ack_pending
    },
    async acknowledgedUpTo(service) {
      const { ack_floor: floor } = await manager.consumers.info(changeStream, service)
      return floor.stream_seq
    },
    async deleteConsumer(service) {
      await manager.consumers.delete(changeStream, service)
    },
    async deleteStream() {
      await manager.streams.delete(changeStream)
    },
    async close() {
      await connection.close()
    },
  }
}
