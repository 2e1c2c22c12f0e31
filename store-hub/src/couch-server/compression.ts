import compress from '@fastify/compress'
import type { FastifyInstance, onSendHookHandler } from 'fastify'

/** bytes of the shortest answer that is compressed */
const THRESHOLD = 1_024

/** gzip and brotli both ways, on every route that is added from now on; nothing where the application has seen to that. */
export async function compressBodies(app: FastifyInstance): Promise<void> {
  if (app.hasReplyDecorator('compress')) return
  await app.register(compress, { encodings: ['br', 'gzip'], requestEncodings: ['br', 'gzip'], threshold: THRESHOLD })
  app.addHook('onRoute', (route) => {
    if (route.compress === false) return
    // The plugin's hook is the latest.
    const hooks = [route.onSend ?? []].flat()
    const compressAnswer = hooks.pop()
    if (compressAnswer !== undefined) route.onSend = [...hooks, forLongAnswers(compressAnswer)]
  })
}

/** The plugin asks for the length last, after all that it knows of headers and types. Nearly all answers are short. */
function forLongAnswers(compressAnswer: onSendHookHandler): onSendHookHandler {
  return function (request, reply, payload, done) {
    if (typeof payload === 'string' && payload.length < THRESHOLD && Buffer.byteLength(payload) < THRESHOLD) done()
    else compressAnswer.call(this, request, reply, payload, done)
  }
}
