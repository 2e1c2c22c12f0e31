import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'

/** characters that are sent as one answer; what is longer is sent in pieces of about this length */
const WHOLE_ANSWER = 262_144
/** for how long one answer keeps all others waiting */
const TURN_MS = 20

/**
 * Sends JSON that is made piece by piece: at once when it is short, else only as fast as the client reads it. Between
 * two pieces other requests get their turn.
 */
export function sendPieces(reply: FastifyReply, pieces: Iterator<string>): FastifyReply {
  reply.type('application/json')
  const first = gather(pieces)
  return reply.send(first.isLast ? first.text : Readable.from(continued(first.text, pieces), { objectMode: false }))
}

async function* continued(first: string, pieces: Iterator<string>): AsyncGenerator<string> {
  yield first
  for (;;) {
    await nextTurn()
    const { text, isLast } = gather(pieces)
    if (text !== '') yield text
    if (isLast) return
  }
}

function gather(pieces: Iterator<string>): { readonly text: string; readonly isLast: boolean } {
  let text = ''
  const end = performance.now() + TURN_MS
  while (text.length < WHOLE_ANSWER && performance.now() < end) {
    const { value, done } = pieces.next()
    if (done === true) return { text, isLast: true }
    text += value
  }
  return { text, isLast: false }
}
