// What HTTP and JSON alone cost: it parses what is sent, answers in the same shape, and stores nothing.
import fastify from 'fastify'
import { runServer } from './run-server.ts'

const app = fastify({ bodyLimit: 64_000_000, forceCloseConnections: true, routerOptions: { maxParamLength: 1_000 } })
const hash = '0123456789abcdef0123456789abcdef'

app.put('/:db', (_request, reply) => reply.code(201).send({ ok: true }))
app.post('/:db/_bulk_docs', (request, reply) => {
  const { docs, new_edits: newEdits = true } = request.body as { docs: { _id: string }[]; new_edits?: boolean }
  return reply.code(201).send(newEdits ? docs.map(({ _id: id }) => ({ ok: true, id, rev: `1-${hash}` })) : [])
})
app.put('/:db/:id', (request, reply) => {
  const { id } = request.params as { id: string }
  return reply.code(201).send({ ok: true, id, rev: `1-${hash}` })
})
await runServer(app, () => Promise.resolve())
