/** One caller can't have all of a service: each signed-in subject has a number of requests a minute, in each process. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { serviceErrorCodes } from '@tidemark/contracts'
import { HttpProblem } from '../errors.ts'

/** Callers that are kept count of; the one that was silent longest is forgotten first. */
const maxCallers = 10_000

/** Routes registered after this are limited, but for open ones: probes, metrics, documentation. A 429 says when to come back. */
export async function limitRates(app: FastifyInstance, requestsPerMinute: number): Promise<void> {
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    cache: maxCallers,
    // The guard of sign-in is a hook of the application and runs before this, which is one of the route.
    keyGenerator: (request) => request.principal.subject,
    allowList: (request) => request.routeOptions.config.isOpen === true,
    errorResponseBuilder: (_request, { max, ttl }) =>
      new HttpProblem(
        429,
        serviceErrorCodes.tooManyRequests,
        `at most ${max} requests a minute; the next in ${Math.ceil(ttl / 1000)} s`,
      ),
  })
}
