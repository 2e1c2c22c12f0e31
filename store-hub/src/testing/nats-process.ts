import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { changeStream, type ChangeMessage } from '@tidemark/contracts'
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type StreamAPI } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

export interface ReceivedMessage {
  readonly subject: string
  readonly id: string
  readonly traceparent: string
  readonly body: ChangeMessage
}

/** A real nats-server with JetStream in a folder of its own. */
export interface NatsProcess {
  readonly port: number
  start(): Promise<void>
  /** kill -9 */
  kill(): Promise<void>
  /** Largest message that the stream takes, bytes. */
  limitMessages(maxBytes: number): Promise<void>
  /** Most messages that the stream holds; -1 for no limit. */
  limitStream(maxMessages: number): Promise<void>
  deleteStream(): Promise<void>
  /** Everything in the stream, oldest first. */
  messages(): Promise<ReceivedMessage[]>
}

const repositoryTools = path.resolve(import.meta.dirname, '../../../.tools/bin')

export async function startNats(directory: string): Promise<NatsProcess> {
  const binary = findBinary()
  const port = await freePort()
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(binary, ['-js', '-sd', directory, '-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
    await eventually('nats-server answers', () => connect({ servers: `127.0.0.1:${port}` }).then(closeIt, () => false))
  }
  await start()
  return {
    port,
    start,
    async kill() {
      if (child === undefined) return
      const ended = new Promise((resolve) => child?.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      child = undefined
    },
    limitMessages: (maxBytes) => manage(port, (streams) => streams.update(changeStream, { max_msg_size: maxBytes })),
    limitStream: (maxMessages) => manage(port, (streams) => streams.update(changeStream, { max_msgs: maxMessages })),
    deleteStream: () => manage(port, (streams) => streams.delete(changeStream)),
    messages: () => readStream(port),
  }
}

async function closeIt(connection: { close(): Promise<void> }): Promise<true> {
  await connection.close()
  return true
}

async function manage(port: number, change: (streams: StreamAPI) => Promise<unknown>): Promise<void> {
  const connection = await connect({ servers: `127.0.0.1:${port}` })
  try {
    await change((await jetstreamManager(connection)).streams)
  } finally {
    await connection.close()
  }
}

async function readStream(port: number): Promise<ReceivedMessage[]> {
  const connection = await connect({ servers: `127.0.0.1:${port}` })
  try {
    const manager = await jetstreamManager(connection)
    const info = await manager.streams.info(changeStream)
    const count = info.state.messages
    if (count === 0) return []
    const created = await manager.consumers.add(changeStream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.All,
      inactive_threshold: 5_000_000_000,
    })
    const consumer = await jetstream(connection).consumers.get(changeStream, created.name)
    const received: ReceivedMessage[] = []
    for await (const message of await consumer.fetch({ max_messages: count, expires: 5000 })) {
      received.push({
        subject: message.subject,
        id: message.headers?.get('Nats-Msg-Id') ?? '',
        traceparent: message.headers?.get('traceparent') ?? '',
        body: message.json<ChangeMessage>(),
      })
    }
    return received
  } finally {
    await connection.close()
  }
}

function findBinary(): string {
  const folders = [repositoryTools, ...(process.env['PATH'] ?? '').split(path.delimiter)]
  const named = process.env['NATS_SERVER']
  const candidates = [
    ...(named === undefined ? [] : [named]),
    ...folders.map((folder) => path.join(folder, 'nats-server')),
  ]
  const found = candidates.find(isExecutable)
  if (found === undefined) throw new Error('nats-server is missing: `make setup` brings it, or name it in NATS_SERVER')
  return found
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
