/** A person decides a conflict, tries that first, or takes it back. */
import { Type } from 'typebox'
import { notFound, type Principal, type ServiceApp } from '@tidemark/service-kit'
import type { ConflictCase } from '../domain/conflict-case.ts'
import { decideCase, planDecision, type DecisionParts } from '../decisions/decide-case.ts'
import { undoDecision } from '../decisions/undo-decision.ts'
import { answerOf, ConflictAnswer, ConflictParameters } from './conflict-answer.ts'
import { authorOf, requireDecider, valueOf } from './decision-answers.ts'

const Rev = Type.String({ pattern: '^[0-9]+-[0-9a-zA-Z]+$', maxLength: 80 })
const Order = Type.Object(
  {
    kind: Type.Enum(['choose', 'merge', 'suggestion'], {
      description: 'choose: the body of one revision; merge: an edited body; suggestion: the suggested merge',
    }),
    rev: Type.Optional(Rev),
    body: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    note: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'why, for those who read it later' })),
  },
  { additionalProperties: false },
)
const NoQuery = Type.Object({}, { additionalProperties: false })

export const FieldChange = Type.Object({
  field: Type.String(),
  standing: Type.Optional(Type.Unknown()),
  requested: Type.Optional(Type.Unknown()),
})

const DryRunAnswer = Type.Object({
  id: Type.String(),
  document: Type.Unknown({ description: 'the document that would stand, with the time of this answer' }),
  follows: Type.String({ description: 'revision that it would follow' }),
  ends: Type.Array(Type.String(), { description: 'revisions that would end' }),
  changes: Type.Array(FieldChange, { description: 'against what everybody sees meanwhile' }),
})

export function addDecisionRoutes(app: ServiceApp, parts: DecisionParts): void {
  const config = { roles: ['manager' as const] }

  async function caseFor(id: string, principal: Principal): Promise<ConflictCase> {
    const conflict = await parts.desk.find(id)
    if (conflict === undefined) throw notFound(`no conflict ${id}`)
    requireDecider(principal, conflict.storeId)
    return conflict
  }

  app.route({
    method: 'POST',
    url: '/conflicts/:id/dry-run',
    config,
    schema: {
      tags: ['decisions'],
      summary: 'What a decision would do; nothing is written',
      params: ConflictParameters,
      querystring: NoQuery,
      body: Order,
      response: { 200: DryRunAnswer },
    },
    handler: async ({ params: { id }, body, principal }) => {
      const conflict = await caseFor(id, principal)
      const planned = valueOf(await planDecision(parts, conflict, body, authorOf(principal)))
      const { decision, follows, ends, changes } = planned
      return { id, document: decision.body, follows, ends: [...ends], changes: [...changes] }
    },
  })

  app.route({
    method: 'POST',
    url: '/conflicts/:id/resolve',
    config,
    schema: {
      tags: ['decisions'],
      summary: 'Decides a conflict: the document stands, the other revisions end, and their bodies stay in the case',
      params: ConflictParameters,
      querystring: NoQuery,
      body: Order,
      response: { 200: ConflictAnswer },
    },
    handler: async ({ params: { id }, body, principal }) => {
      const conflict = await caseFor(id, principal)
      return answerOf(valueOf(await decideCase(parts, conflict, body, authorOf(principal))))
    },
  })

  app.route({
    method: 'POST',
    url: '/conflicts/:id/undo',
    config,
    schema: {
      tags: ['decisions'],
      summary: 'Takes a decision back, a rule’s too: a body of the case becomes the next revision',
      description: 'Refused with 409 and the reason when the document was edited since.',
      params: ConflictParameters,
      querystring: NoQuery,
      body: Type.Object(
        {
          rev: Type.Optional(
            Type.String({
              maxLength: 80,
              description: 'the revision to restore; what everybody saw before unless given',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 200: ConflictAnswer },
    },
    handler: async ({ params: { id }, body, principal }) => {
      const conflict = await caseFor(id, principal)
      return answerOf(valueOf(await undoDecision(parts, conflict, body.rev, authorOf(principal))))
    },
  })
}
