/** `/health/live`, `/health/ready` and `/metrics`. */
import type { FastifyInstance } from 'fastify'
import { errorCodes } from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import { describeError } from '../errors.ts'

/** Resolves when the dependency works; rejects with the reason. */
export type ReadinessCheck = () => Promise<void>

const checkTimeoutMs = 3000

export function addHealthRoutes(
  app: FastifyInstance,
  telemetry: Telemetry,
  checks: Readonly<Record<string, ReadinessCheck>>,
): void {
  const config = { isOpen: true }
  app.get('/health/live', { config, schema: { tags: ['health'], summary: 'The process runs' } }, () => ({
    status: 'live',
  }))

  app.get(
    '/health/ready',
    { config, schema: { tags: ['health'], summary: 'Its dependencies answer; 503 names the one that does not' } },
    async (_request, reply) => {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => ({ name, reason: await failureOf(check) })),
      )
      const dependencies = Object.fromEntries(results.map(({ name, reason }) => [name, reason ?? 'ok']))
      const failing = results.filter(({ reason }) => reason !== undefined)
      if (failing.length === 0) return { status: 'ready', dependencies }
      return reply
        .code(503)
        .type('application/problem+json')
        .send({
          type: 'about:blank',
          title: 'Not ready',
          status: 503,
          code: errorCodes.notReady,
          detail: failing.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
          dependencies,
        })
    },
  )

  app.get('/metrics', { config, schema: { tags: ['health'], summary: 'Prometheus text format' } }, (request, reply) => {
    reply.hijack()
    telemetry.serveMetrics(request.raw, reply.raw)
  })
}

async function failureOf(check: ReadinessCheck): Promise<string | undefined> {
  const expired = Promise.withResolvers<string>()
  const timer = setTimeout(() => expired.resolve(`no answer within ${checkTimeoutMs} ms`), checkTimeoutMs)
  try {
    return await Promise.race([check().then(() => undefined, describeError), expired.promise])
  } finally {
    clearTimeout(timer)
  }
}
