// What all servers of the benchmark have in common: a free port, its address on stdout, and an end on SIGTERM.
import process from 'node:process'
import type { FastifyInstance } from 'fastify'

export function dataFolder(): string {
  const folder = process.argv[2]
  if (folder === undefined) throw new Error('a server of the benchmark is started with the folder of its data')
  return folder
}

export async function runServer(app: FastifyInstance, close: () => Promise<void>): Promise<void> {
  process.once('SIGTERM', () => {
    app
      .close()
      .then(close)
      .then(
        () => process.exit(0),
        () => process.exit(1),
      )
  })
  process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
}
