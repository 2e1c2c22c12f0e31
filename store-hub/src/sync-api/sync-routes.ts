/** `POST /api/sync/push`, `/pull` and `/conflicts`, and `POST /api/terminals/cleared-cache`. HTTP only. */
import {
  ClearedCache,
  errorCodes,
  maxSyncOperations,
  ProblemDetails,
  SyncConflictsRequest,
  SyncConflictsResponse,
  SyncPullRequest,
  SyncPullResponse,
  SyncPushRequest,
  SyncPushResponse,
  SyncQueueItem,
  type ConflictKey,
  type SyncConflict,
  type SyncLogEvent,
} from '@tidemark/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { setImmediate as yieldTurn } from 'node:timers/promises'
import { Type } from 'typebox'
import { HubError, parseInput } from '../errors.ts'
import type { DocumentDatabase } from '../store/index.ts'
import { describeConflict } from './competing-leaves.ts'
import { pullChanges, salesMonths, type PullParts } from './pull-changes.ts'
import type { PushOperations } from './push-operations.ts'
import { resolveConflict, type ResolveParts } from './resolve-conflict.ts'
import { parseToken } from './sync-token.ts'
import { conflictsExample, pullExample, pushExample } from './api-examples.ts'

export interface SyncCaller {
  readonly incarnation: string
  readonly terminalId: string
  readonly isReplaced: boolean
}

export interface SyncRouteParts {
  readonly pull: PullParts
  readonly push: PushOperations
  readonly resolve: ResolveParts
  readonly databaseOf: (name: string) => DocumentDatabase | undefined
  /** Documents of this hub that have several live revisions. */
  readonly conflicts: () => readonly ConflictKey[]
  readonly append: (event: SyncLogEvent) => Promise<void>
  /** Undefined without the token of an enrolled terminal. */
  readonly authenticate: (request: FastifyRequest) => SyncCaller | undefined
}

const maxPushBytes = 16_000_000
const maxRequestBytes = 1_000_000
const maxListedConflicts = 100
const conflictsPerTurn = 100
const tags = ['sync']
const security = [{ terminal: [] }]
const failures = {
  400: ProblemDetails,
  401: ProblemDetails,
  413: ProblemDetails,
  503: Type.Unsafe<ProblemDetails>({ ...ProblemDetails, description: 'Come again: nothing is lost by a repeat' }),
}
const PushBody = Type.Object({ operations: Type.Array(SyncQueueItem, { maxItems: maxSyncOperations }) })

export async function syncRoutes(app: FastifyInstance, parts: SyncRouteParts): Promise<void> {
  await app.register(async (scope) => {
    readJsonAsItIs(scope)
    pushRoute(scope, parts)
    pullRoute(scope, parts)
    conflictsRoute(scope, parts)
    clearedCacheRoute(scope, parts)
  })
}

/** Fastify's own parser refuses a whole body for one `__proto__` in it; here that is a fault of one operation. */
function readJsonAsItIs(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)))
    } catch (cause) {
      done(new HubError(errorCodes.validationFailed, 'The body is not JSON', { cause }))
    }
  })
}

function pushRoute(app: FastifyInstance, { push, ...parts }: SyncRouteParts): void {
  const schema = {
    tags,
    security,
    summary: 'Brings operations of a client, at most 500; each has its own result',
    description: [
      'Sales are taken first, whatever their place in the list. Each operation is judged by itself, by the same rules as a document on `/db`: it is `synced`, in `conflict`, or `rejected` with the fields that are wrong; a rejected one is kept in quarantine.',
      'An operation may be sent again at any time, alone or in any company: the same `id` gives the same result and writes nothing twice. Repeats are known for three weeks, and after that recognised by their documents. The same `id` with other content is rejected.',
      '`create` carries the whole document; for a sale that is the journal entry with its hash, `entityId` is its `_id`. `update` carries a JSON merge patch (RFC 7396) for a product: with `baseRev` on that revision, without it on the present one unless a field in it is newer than `timestamp`. The hub stamps `at`, `by` and `fieldTimes` where the patch does not. Journal entries and stock documents are only created; nothing is deleted. A product that head office has deleted is created anew only with the deletion as `baseRev`.',
    ].join('\n\n'),
    body: Type.Unsafe<unknown>({ ...PushBody, examples: [pushExample] }),
    response: { 200: SyncPushResponse, ...failures },
  }
  app.post('/api/sync/push', { bodyLimit: maxPushBytes, schema }, async (request, reply) => {
    const { incarnation, terminalId } = callerOf(parts, request)
    const { operations } = parseInput(SyncPushRequest, request.body)
    const authorization = request.headers.authorization ?? ''
    return reply.send({ results: await push({ incarnation, terminalId, authorization }, operations) })
  })
}

function pullRoute(app: FastifyInstance, parts: SyncRouteParts): void {
  const schema = {
    tags,
    security,
    summary: 'Gives what changed since the pull before',
    description: [
      `Documents of the store as they are now, each once. Of sales the ${salesMonths} latest months, all lanes; older ones are with head office. Ask again while \`hasMore\` is true.`,
      '`lastSyncTimestamp` begins with a time and carries sequences behind it, so no clock has to be right: give it back as it is. A plain ISO 8601 time is taken too, and means what the hub received since then; some of it may come twice. With `resync: true` the hub was restored or replaced, and all comes again from the start.',
    ].join('\n\n'),
    body: Type.Unsafe<unknown>({ ...SyncPullRequest, examples: [pullExample] }),
    response: { 200: SyncPullResponse, ...failures },
  }
  app.post('/api/sync/pull', { bodyLimit: maxRequestBytes, schema }, async (request, reply) => {
    const { incarnation } = callerOf(parts, request)
    const input = parseInput(SyncPullRequest, request.body)
    const position = parseToken(input.lastSyncTimestamp)
    if (position === undefined) {
      const problem = {
        field: '/lastSyncTimestamp',
        message: 'must be what a pull returned, an ISO 8601 time, or null',
      }
      throw new HubError(errorCodes.validationFailed, 'Fields are missing or wrong', { problems: [problem] })
    }
    return reply
      .type('application/json')
      .header('cache-control', 'no-store')
      .send(pullChanges(parts.pull, incarnation, position, input))
  })
}

function conflictsRoute(app: FastifyInstance, parts: SyncRouteParts): void {
  const schema = {
    tags,
    security,
    summary: 'Lists the conflicts that need a person, and takes decisions',
    description: [
      'Without decisions it lists documents with competing revisions that no rule decides: a price, tax code, unit or barcodes that two people changed, and immutable documents with two contents. Each with all bodies and the fields that differ.',
      'A decision names the case by its `id`, which stands for one set of revisions, and says which one stands or gives a merged document; `by` is the manager. The losing bodies are kept in the case. A repeat of a decision is `resolved` again; a decision about revisions that are others by now is `superseded`. Immutable documents, and those of head office, are decided at head office.',
    ].join('\n\n'),
    body: Type.Unsafe<unknown>({ ...SyncConflictsRequest, examples: [conflictsExample] }),
    response: { 200: SyncConflictsResponse, ...failures, 403: ProblemDetails },
  }
  app.post('/api/sync/conflicts', { bodyLimit: maxPushBytes, schema }, async (request, reply) => {
    const { incarnation, isReplaced } = callerOf(parts, request)
    const { conflicts } = parseInput(SyncConflictsRequest, request.body)
    if (conflicts.length > 0 && isReplaced) {
      throw new HubError(errorCodes.forbidden, 'The lane of this till was taken over: it decides nothing any more')
    }
    const results = []
    for (const decision of conflicts) results.push(await resolveConflict(parts.resolve, incarnation, decision))
    return reply.header('cache-control', 'no-store').send({ ...(await listConflicts(parts)), results })
  })
}

async function listConflicts({
  conflicts,
  databaseOf,
}: SyncRouteParts): Promise<{ conflicts: SyncConflict[]; hasMore: boolean }> {
  const found: SyncConflict[] = []
  for (const [index, key] of conflicts().entries()) {
    // After an accident there may be thousands that a rule decides; others are served in between.
    if (index % conflictsPerTurn === conflictsPerTurn - 1) await yieldTurn()
    const database = databaseOf(key.database)
    const conflict = database === undefined ? undefined : describeConflict(database, key)
    if (conflict === undefined) continue
    if (found.length === maxListedConflicts) return { conflicts: found, hasMore: true }
    found.push(conflict)
  }
  return { conflicts: found, hasMore: false }
}

function clearedCacheRoute(app: FastifyInstance, parts: SyncRouteParts): void {
  const schema = {
    tags: ['terminals'],
    security,
    summary: 'A terminal tells that it has removed what it kept locally',
    body: ClearedCache,
    response: { 204: Type.Null(), ...failures },
  }
  app.post('/api/terminals/cleared-cache', { bodyLimit: maxRequestBytes, schema }, async (request, reply) => {
    const { incarnation } = callerOf(parts, request)
    const { documents } = parseInput(ClearedCache, request.body)
    await parts.append({ kind: 'cache-cleared', incarnation, documents })
    return reply.code(204).send()
  })
}

function callerOf({ authenticate }: Pick<SyncRouteParts, 'authenticate'>, request: FastifyRequest): SyncCaller {
  const caller = authenticate(request)
  if (caller === undefined) throw new HubError(errorCodes.unauthorized, 'Needs the token of an enrolled terminal')
  return caller
}
