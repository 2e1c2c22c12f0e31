/** The hub's own part of a sale's trace: a span from the arrival of a document until it is on disk. */
import { attributeNames, spanNames, type TraceOrigin } from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import type { AcceptedDocument } from './couch-server/index.ts'
import type { PouchDocument } from './pouchdb/index.ts'

export interface ReceiveTrace {
  arrived(database: string, document: PouchDocument): void
  stored(database: string, documents: readonly AcceptedDocument[]): Promise<void>
}

/** Documents that arrived and were never stored (refused, or the request failed) are forgotten, oldest first. */
const maxArrivals = 2000

export function createReceiveTrace(telemetry: Telemetry): ReceiveTrace {
  const arrivals = new Map<string, { traceparent: string; startTime: Date }>()
  return {
    arrived(database, document) {
      const trace = document['trace'] as Partial<TraceOrigin> | undefined
      if (typeof trace?.traceparent !== 'string') return
      arrivals.set(`${database}/${document._id}`, { traceparent: trace.traceparent, startTime: new Date() })
      const oldest = arrivals.size > maxArrivals ? arrivals.keys().next().value : undefined
      if (oldest !== undefined) arrivals.delete(oldest)
    },
    async stored(database, documents) {
      for (const { id, type } of documents) {
        const arrival = arrivals.get(`${database}/${id}`)
        if (arrival === undefined) continue
        arrivals.delete(`${database}/${id}`)
        const attributes = {
          [attributeNames.database]: database,
          [attributeNames.documentId]: id,
          [attributeNames.documentType]: String(type),
        }
        const { traceparent: parent, startTime } = arrival
        await telemetry.span(spanNames.hubReceive, { parent, startTime, kind: 'server', attributes }, () => undefined)
      }
    },
  }
}
