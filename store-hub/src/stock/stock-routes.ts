/** `GET /api/stock` and `POST /api/stock/changes`. HTTP only. */
import {
  errorCodes,
  maxStockLevels,
  ProblemDetails,
  StockAnswer,
  StockChanges,
  StockChangesRequest,
  StockQuery,
} from '@tidemark/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError, parseInput } from '../errors.ts'
import type { StockFollower } from './follow-stock.ts'

export interface StockRouteParts {
  readonly stock: StockFollower
  readonly isTerminal: (request: FastifyRequest) => boolean
  readonly now: () => Date
}

/** Longer than a busy hub needs for what came in just now, shorter than a till waits. */
const patienceMs = 1500
const maxRequestBytes = 1_000_000
const tags = ['stock']
const security = [{ terminal: [] }]
const failures = { 400: ProblemDetails, 401: ProblemDetails }

export function stockRoutes(app: FastifyInstance, parts: StockRouteParts): void {
  levelsRoute(app, parts)
  changesRoute(app, parts)
}

function levelsRoute(app: FastifyInstance, { stock, isTerminal, now }: StockRouteParts): void {
  const schema = {
    tags,
    security,
    summary: 'What is on hand of some SKUs',
    description:
      'The latest count, and every movement, sale, refund and void after it that the hub has, of all lanes. Quantities are pieces or grams.',
    querystring: StockQuery,
    response: { 200: StockAnswer, ...failures },
  }
  app.get('/api/stock', { schema }, async (request, reply) => {
    requireTerminal(isTerminal, request)
    const { sku } = parseInput(StockQuery, request.query)
    const isComplete = await stock.catchUp(patienceMs)
    const items = [...new Set(sku.split(','))].flatMap((each) => stock.level(each) ?? [])
    return reply.header('cache-control', 'no-store').send({ asOf: now().toISOString(), isComplete, items })
  })
}

function changesRoute(app: FastifyInstance, { stock, isTerminal, now }: StockRouteParts): void {
  const schema = {
    tags,
    security,
    summary: 'What has changed on hand since the request before',
    description: [
      'Each SKU once, at its level of now. Ask again while `hasMore` is true. With `isReset: true` the hub has derived its stock anew: forget what earlier answers said.',
      '`documents` are sales, refunds, voids, movements and counts of the caller of which it does not know whether the hub has them; those in `included` are in the levels, and must not be added to them once more.',
    ].join('\n\n'),
    body: StockChangesRequest,
    response: { 200: StockChanges, ...failures },
  }
  app.post('/api/stock/changes', { bodyLimit: maxRequestBytes, schema }, async (request, reply) => {
    requireTerminal(isTerminal, request)
    const { since = null, limit = maxStockLevels, documents = [] } = parseInput(StockChangesRequest, request.body)
    const isComplete = await stock.catchUp(patienceMs)
    const { file } = stock
    const generation = file.generation()
    const position = parsePosition(since)
    const isKnown = position?.generation === generation
    const from = isKnown ? position.version : 0
    const levels = file.levelsAfter(from, limit + 1)
    const page = levels.slice(0, limit)
    return reply.header('cache-control', 'no-store').send({
      asOf: now().toISOString(),
      isComplete,
      items: page.map(({ version: _version, ...level }) => level),
      next: `${generation}.${page.at(-1)?.version ?? from}`,
      hasMore: levels.length > limit,
      isReset: since !== null && !isKnown,
      included: file.included(documents),
    })
  })
}

/** Undefined for a position that this hub did not give out: all comes from the start. */
function parsePosition(since: string | null): { readonly generation: string; readonly version: number } | undefined {
  const [, generation, version] = /^([0-9a-f]{16})\.([0-9]{1,15})$/.exec(since ?? '') ?? []
  return generation === undefined || version === undefined ? undefined : { generation, version: Number(version) }
}

function requireTerminal(isTerminal: StockRouteParts['isTerminal'], request: FastifyRequest): void {
  if (!isTerminal(request)) throw new HubError(errorCodes.unauthorized, 'Needs the token of an enrolled terminal')
}
