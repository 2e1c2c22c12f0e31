// One change to JetStream. What can't ever be taken as it is goes without its body, and what can't be taken even so is put into
// quarantine: then, and only then, the checkpoint may pass it. Consumers find the document at central.
import { attributeNames, spanNames, type TraceOrigin } from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import { describeError } from '../errors.ts'
import type { OutgoingChange } from './change-batch.ts'
import { UnpublishableError, type NatsLine } from './nats-line.ts'

export interface UnpublishableChange {
  readonly database: string
  readonly id: string
  readonly rev: string
  readonly reason: string
}

export interface PublishParts {
  readonly storeId: string
  readonly line: NatsLine
  readonly telemetry: Telemetry
  /** Awaited before the checkpoint passes a change whose message lacks its body. */
  readonly onWithoutBody: (change: UnpublishableChange) => Promise<void>
  /** Awaited before the checkpoint passes a change that the server takes in no form. */
  readonly onUnpublishable: (change: UnpublishableChange) => Promise<void>
}

/** Rejects while the change may still be published later. */
export async function publishChange(parts: PublishParts, database: string, change: OutgoingChange): Promise<void> {
  const { line } = parts
  const { documentId: id, rev, subject, messageId } = change
  try {
    await publishTraced(parts, database, change)
  } catch (error) {
    if (!(error instanceof UnpublishableError)) throw error
    const refused = { database, id, rev, reason: describeError(error) }
    try {
      await line.publish({ subject, id: messageId, traceparent: undefined, payload: Buffer.from(change.withoutBody()) })
    } catch (again) {
      if (!(again instanceof UnpublishableError)) throw again
      return parts.onUnpublishable({ ...refused, reason: describeError(again) })
    }
    await parts.onWithoutBody(refused)
  }
}

async function publishTraced(
  { line, telemetry, storeId }: PublishParts,
  database: string,
  change: OutgoingChange,
): Promise<void> {
  const { document, subject, messageId: id } = change
  const outgoing = { subject, id, payload: Buffer.from(change.text) }
  const trace = document['trace'] as TraceOrigin | undefined
  if (trace === undefined) return line.publish({ ...outgoing, traceparent: undefined })
  telemetry.reportOrigin(document)
  const madeMs = Date.parse(trace.startTime) + trace.durationMs
  const attributes = {
    [attributeNames.darkTimeMs]: Math.max(0, Date.now() - madeMs),
    [attributeNames.storeId]: storeId,
    [attributeNames.database]: database,
    [attributeNames.documentId]: change.documentId,
    [attributeNames.documentType]: String(document['type']),
  }
  await telemetry.span(spanNames.hubPublish, { parent: trace.traceparent, kind: 'producer', attributes }, (span) =>
    line.publish({ ...outgoing, traceparent: span.traceparent }),
  )
}
