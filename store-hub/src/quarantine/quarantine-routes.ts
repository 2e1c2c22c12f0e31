/** `/api/quarantine`: a terminal or an administrator reads, an administrator decides. */
import {
  errorCodes,
  QuarantineAction,
  QuarantineDiscard,
  QuarantineId,
  QuarantineItem,
  QuarantineItemWithText,
  QuarantineOffer,
  QuarantinePage,
  QuarantineQuery,
} from '@tidemark/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HubError, parseInput } from '../errors.ts'
import type { Quarantine } from './quarantine.ts'

export interface QuarantineRouteParts {
  readonly quarantine: Quarantine
  readonly offer: (id: string, by: string) => Promise<QuarantineOffer>
  readonly isAdministrator: (request: FastifyRequest) => boolean
  readonly isTerminal: (request: FastifyRequest) => boolean
}

const ItemPath = Type.Object({ id: QuarantineId })
const defaultLimit = 50
const maxRequestBytes = 16_384

export function quarantineRoutes(app: FastifyInstance, parts: QuarantineRouteParts): void {
  const { quarantine } = parts
  const tags = ['quarantine']
  const read = { tags, security: [{ terminal: [] }, { administrator: [] }] }
  const decide = { tags, security: [{ administrator: [] }] }
  const reader = async (request: FastifyRequest): Promise<void> => {
    if (parts.isAdministrator(request) || parts.isTerminal(request)) return
    throw new HubError(errorCodes.unauthorized, "Needs a terminal's token or the administrator's")
  }
  const administrator = async (request: FastifyRequest): Promise<void> => {
    if (parts.isAdministrator(request)) return
    throw new HubError(errorCodes.unauthorized, "Needs the administrator's token, from the hub's own machine")
  }
  const idOf = (request: FastifyRequest): string => parseInput(ItemPath, request.params).id

  app.get(
    '/api/quarantine',
    {
      onRequest: reader,
      schema: {
        ...read,
        summary: 'Refused documents, newest first, without their texts',
        querystring: QuarantineQuery,
        response: { 200: QuarantinePage },
      },
    },
    async (request, reply) => {
      const { limit, ...filter } = parseInput(QuarantineQuery, request.query)
      const page = await quarantine.list({ ...filter, limit: Number(limit ?? defaultLimit) })
      return reply.header('cache-control', 'no-store').send(page)
    },
  )

  app.get(
    '/api/quarantine/:id',
    {
      onRequest: reader,
      schema: {
        ...read,
        summary: 'One refused document with its exact text',
        params: ItemPath,
        response: { 200: QuarantineItemWithText },
      },
    },
    async (request, reply) => {
      const item = await quarantine.read(idOf(request))
      return reply.header('cache-control', 'no-store').send(item)
    },
  )

  app.post(
    '/api/quarantine/:id/offer',
    {
      onRequest: administrator,
      bodyLimit: maxRequestBytes,
      schema: {
        ...decide,
        summary: 'Offer it again: the same rules, the same way in; tells why not when it is still refused',
        params: ItemPath,
        body: QuarantineAction,
        response: { 200: QuarantineOffer },
      },
    },
    (request) => parts.offer(idOf(request), parseInput(QuarantineAction, request.body).by),
  )

  app.post(
    '/api/quarantine/:id/discard',
    {
      onRequest: administrator,
      bodyLimit: maxRequestBytes,
      schema: {
        ...decide,
        summary: 'Decide that it is not wanted; it is kept, and can be restored',
        params: ItemPath,
        body: QuarantineDiscard,
        response: { 200: QuarantineItem },
      },
    },
    (request) => {
      const { by, reason } = parseInput(QuarantineDiscard, request.body)
      return quarantine.discard(idOf(request), by, reason)
    },
  )

  app.post(
    '/api/quarantine/:id/restore',
    {
      onRequest: administrator,
      bodyLimit: maxRequestBytes,
      schema: {
        ...decide,
        summary: 'Take a discarding back',
        params: ItemPath,
        body: QuarantineAction,
        response: { 200: QuarantineItem },
      },
    },
    (request) => quarantine.restore(idOf(request), parseInput(QuarantineAction, request.body).by),
  )
}
