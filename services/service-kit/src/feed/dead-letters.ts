/** Messages that a service can't take in go to the dead-letter stream, with their reason, before they are acknowledged. */
import type { JetStreamClient, JsMsg } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { deadLetterSubject, type DeadLetter } from '@tidemark/contracts'

/** Room for headers and the protocol line beside a message's payload. */
const headroomBytes = 4096

/** Publishes a dead letter and waits for the PubAck. Rejects when JetStream did not take it: then nothing may be acknowledged. */
export async function publishDeadLetter(
  connection: NatsConnection,
  stream: JetStreamClient,
  service: string,
  message: JsMsg,
  reason: string,
): Promise<void> {
  const limit = (connection.info?.max_payload ?? 1024 * 1024) - headroomBytes
  const whole = encodeLetter(service, message, reason, Buffer.from(message.data).toString('base64'))
  // Base64 makes a message of nearly the largest size too large to publish again.
  const cut = `${reason} (payload of ${message.data.length} bytes is too large to repeat here; see POS at this sequence)`
  const body = whole.length <= limit ? whole : encodeLetter(service, message, cut, '')
  await stream.publish(deadLetterSubject(service, message.subject), body, {
    // The time tells apart equal sequences of a stream that was made anew.
    msgID: `${service}/${message.info.stream}/${message.seq}/${message.timestampNanos}`,
  })
}

function encodeLetter(service: string, message: JsMsg, reason: string, payload: string): Uint8Array {
  const letter: DeadLetter = {
    service,
    subject: message.subject,
    reason,
    deliveries: message.info.deliveryCount,
    streamSequence: message.seq,
    at: new Date().toISOString(),
    payload,
  }
  return new TextEncoder().encode(JSON.stringify(letter))
}
