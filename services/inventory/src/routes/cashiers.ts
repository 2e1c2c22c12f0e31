/** Who may sign in at the tills, and how head office gives them a PIN. No answer shows a PIN or what it is checked against. */
import { Type } from 'typebox'
import { Cashier, Pin, schemaVersion, serviceErrorCodes } from '@tidemark/contracts'
import {
  authoredBody,
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  HttpProblem,
  pageOf,
  pageParameters,
  type ServiceApp,
} from '@tidemark/service-kit'
import { makePinVerifier } from '../domain/make-pin-verifier.ts'
import type { Catalogue } from '../stores/catalogue-store.ts'

const Key = Type.Object({ key: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }) })
const Position = Type.Object({ id: Type.String({ maxLength: 100 }) })
const { name, role, status, number, stores, grantExpiresAt } = Cashier.properties
const Person = Type.Object(
  { key: Type.String(), rev: Type.String(), hasPin: Type.Boolean() },
  { additionalProperties: true },
)
const NewPerson = Type.Object(
  { name, role, status: Type.Optional(status), number, stores, grantExpiresAt, pin: Type.Optional(Pin) },
  { additionalProperties: false },
)

export function addCashierRoutes(app: ServiceApp, catalogue: Catalogue): void {
  app.route({
    method: 'GET',
    url: '/cashiers',
    config: { roles: ['manager'] },
    schema: {
      tags: ['cashiers'],
      summary: 'Everybody who may sign in at tills, by key',
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: { 200: pageOf(Person) },
    },
    handler: async (request) => {
      const { limit = defaultPageSize, cursor } = request.query
      const found = await catalogue.list('cashier', limit + 1, decodeCursor(Position, cursor)?.id)
      const last = found[limit - 1]
      return {
        items: found.slice(0, limit).map(answerOf),
        nextCursor: found.length > limit && last ? encodeCursor({ id: last._id }) : null,
      }
    },
  })

  app.route({
    method: 'PUT',
    url: '/cashiers/:key',
    config: { roles: ['manager'] },
    schema: {
      tags: ['cashiers'],
      summary: 'A person at the tills; without `pin` the one they have stays',
      params: Key,
      body: NewPerson,
      response: { 200: Person },
    },
    handler: async (request) => {
      const { pin, status: wanted = 'active', ...fields } = request.body
      const verifier = pin === undefined ? undefined : await makePinVerifier(pin)
      const _id = `cashier:${request.params.key}`
      return catalogue.inTurn(async () => {
        const current = await catalogue.get(_id)
        const pinVerifier = verifier ?? current?.['pinVerifier']
        const document = {
          ...current,
          ...everyField,
          ...fields,
          ...(pinVerifier === undefined ? {} : { pinVerifier }),
          _id,
          type: 'cashier',
          schemaVersion,
          storeId: 'hq',
          status: wanted,
          ...catalogue.sign(request.principal, ...(current === undefined ? [] : [String(current['at'])])),
        }
        const [written] = await catalogue.save([document])
        if (written?.kind === 'stored') return answerOf({ ...document, _rev: written.rev })
        const reason = written?.kind === 'failed' ? written.reason : 'somebody else changed it; try again'
        throw new HttpProblem(409, serviceErrorCodes.conflict, `${_id}: ${reason}`)
      })
    },
  })
}

/** What a new version leaves out is gone from the document. */
const everyField = { number: undefined, stores: undefined, grantExpiresAt: undefined }

function answerOf(document: Readonly<Record<string, unknown>>) {
  const { pinVerifier, ...shown } = authoredBody(document)
  const key = String(document['_id']).slice('cashier:'.length)
  return { key, rev: String(document['_rev']), hasPin: pinVerifier !== undefined, ...shown }
}
