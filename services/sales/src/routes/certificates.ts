/** Closing a store's day, its Z report, and certificates that anybody can check. */
import { Type } from 'typebox'
import { AmountMinor, receiptNumberOf } from '@tidemark/contracts'
import {
  invalidField,
  UnavailableError,
  type CouchClient,
  type CouchDatabase,
  type ServiceApp,
} from '@tidemark/service-kit'
import {
  certifyDay,
  lateSince,
  type CertificateSigner,
  type DayCertificate,
  type DayState,
  type LateNumbers,
} from '../domain/certify-day.ts'
import { eachNumber } from '../domain/number-ranges.ts'
import { certificateProblems, type SignedCertificate } from '../domain/verify-certificate.ts'
import { readDay } from '../stores/day-reader.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import {
  addDays,
  Currency,
  DayPath,
  figureFields,
  NoQuery,
  PaymentTotal,
  requireStore,
  TaxTotal,
} from './parameters.ts'

const Ranges = Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }), {
  description: '[first, last] numbers, both included',
})
const Text = Type.String()
const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const amount = (description?: string) => Type.Integer(description === undefined ? {} : { description })

const Shift = Type.Object({
  incarnation: Text,
  terminalId: Text,
  cashierId: Text,
  currency: Text,
  openedAt: Text,
  closedAt: Nullable(Text),
  from: Type.Integer(),
  to: Type.Integer(),
  entries: Type.Integer(),
  missing: Type.Integer({ description: 'Numbers of the shift that have not arrived' }),
  sales: Type.Integer(),
  refunds: Type.Integer(),
  voids: Type.Integer(),
  grossMinor: amount(),
  floatMinor: amount(),
  cashSalesMinor: amount(),
  cashRefundsMinor: amount(),
  cashVoidsMinor: amount('Cash that voids put back into the drawer, or took out of it'),
  cashInMinor: amount(),
  cashOutMinor: amount(),
  expectedMinor: amount(),
  tillExpectedMinor: Nullable(amount('What the till said that it expected')),
  countedMinor: Nullable(amount()),
  differenceMinor: Nullable(amount('Counted minus expected: negative when cash is short')),
})

const dayFields = {
  storeId: Text,
  businessDate: Text,
  complete: Type.Boolean({ description: 'Every till that was heard is complete; see notHeard for the others' }),
  terminals: Type.Array(
    Type.Object({
      incarnation: Text,
      terminalId: Text,
      status: Type.Enum(['complete', 'may-continue', 'missing']),
      entries: Type.Integer(),
      included: Ranges,
      voided: Ranges,
      missing: Ranges,
      heardUpTo: Type.Integer(),
      headHash: Text,
      faults: Type.Integer(),
    }),
  ),
  notHeard: Type.Array(Text, { description: 'Enrolled tills with nothing on this day and nothing after it' }),
  totals: Type.Array(Type.Object({ currency: Currency, ...figureFields })),
  payments: Type.Array(PaymentTotal),
  taxes: Type.Array(TaxTotal),
  shifts: Type.Array(Shift),
}

/** Free in form: what was signed is answered exactly as it was, whatever another release added to it. */
const Certificate = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  description:
    'The day as in the report, with ordinal, kind (close, addendum), issuedAt, issuedBy, previousHash, late, keyId, publicKey, hash and signature',
})

const Report = Type.Object({
  day: Type.Object(dayFields, { description: 'As it is known now' }),
  cashDifferenceMinor: AmountMinor,
  certificates: Type.Array(Certificate, { description: 'The closing first, then its addenda' }),
  late: Type.Array(Type.Object({ incarnation: Text, entries: Ranges, voided: Ranges, receipts: Type.Array(Text) }), {
    description: 'What came since the last certificate; at most 1,000 receipts are named',
  }),
})

const maxNamedReceipts = 1000
const maxTries = 10
const keyPrefix = 'signing-key:'

export interface CertificateParts {
  readonly ledger: Ledger
  readonly client: CouchClient
  readonly database: CouchDatabase
  readonly signer: CertificateSigner
  readonly now: () => Date
}

export function addCertificateRoutes(app: ServiceApp, parts: CertificateParts): void {
  const { ledger, client, signer, now } = parts
  const tags = ['completeness']

  app.route({
    method: 'GET',
    url: '/stores/:storeId/days/:date/report',
    schema: {
      tags,
      summary:
        'Z report: shifts with cash differences, totals, which tills were heard up to which number, what came late',
      params: DayPath,
      querystring: NoQuery,
      response: { 200: Report },
    },
    handler: async (request) => {
      const { storeId, date } = request.params
      await requireStore(ledger, storeId)
      const day = await readDay(ledger, client, storeId, date)
      const certificates = await ledger.certificates(storeId, date)
      const last = certificates.at(-1)
      const late = last === undefined ? [] : lateSince(last, day)
      return {
        day: mutable(day),
        cashDifferenceMinor: day.shifts.reduce((total, { differenceMinor }) => total + (differenceMinor ?? 0), 0),
        certificates: certificates.map(published),
        late: late.map((part) => ({ ...mutable(part), receipts: receiptsOfLate(part) })),
      }
    },
  })

  app.route({
    method: 'POST',
    url: '/stores/:storeId/days/:date/close',
    config: { roles: ['manager'] },
    schema: {
      tags,
      summary: 'Closes a day with a signed certificate; of a closed day, signs what came late as an addendum',
      description:
        'A certificate says what is missing, it does not wait for it. 201: a new certificate. 200: nothing came since the last one.',
      params: DayPath,
      querystring: NoQuery,
      response: { 200: Certificate, 201: Certificate },
    },
    handler: async (request, reply) => {
      const { storeId, date } = request.params
      // Somewhere it is tomorrow already.
      if (date > addDays(now().toISOString().slice(0, 10), 1)) throw invalidField('/params/date', 'has not begun')
      await requireStore(ledger, storeId)
      const { subject, name } = request.principal
      await publishKey(parts)
      for (let attempt = 0; attempt < maxTries; attempt += 1) {
        const last = (await ledger.certificates(storeId, date)).at(-1)
        const day = await readDay(ledger, client, storeId, date)
        const next = certifyDay(day, last, { issuedAt: now(), issuedBy: { subject, name }, signer })
        if (next === undefined) return published(last as DayCertificate)
        const [written] = await ledger.insert([next])
        if (written?.kind === 'failed') throw new Error(`the certificate could not be stored: ${written.reason}`)
        // Somebody else closed the day in this moment: look again.
        if (written?.kind === 'exists') continue
        reply.code(201)
        return published(next)
      }
      throw new UnavailableError('couchdb', `${storeId} ${date} is being closed all the time`)
    },
  })

  app.route({
    method: 'GET',
    url: '/certificates/keys',
    config: { isOpen: true },
    schema: {
      tags,
      summary: 'The public keys with which certificates were signed',
      querystring: NoQuery,
      response: {
        200: Type.Object({
          keys: Type.Array(
            Type.Object({ keyId: Text, publicKey: Text, algorithm: Type.Literal('Ed25519'), since: Text }),
          ),
        }),
      },
    },
    handler: async () => ({
      keys: (await ledger.range(keyPrefix, `${keyPrefix}\ufff0`)).map((key) => ({
        keyId: String(key['keyId']),
        publicKey: String(key['publicKey']),
        algorithm: 'Ed25519' as const,
        since: String(key['since']),
      })),
    }),
  })

  app.route({
    method: 'POST',
    url: '/certificates/verify',
    schema: {
      tags,
      summary: 'Whether a certificate is whole, signed, and signed by this ledger',
      description: 'The README says how to check one without this service.',
      body: Type.Object(
        {
          keyId: Type.String({ pattern: '^[0-9a-f]{16}$' }),
          publicKey: Type.String({ maxLength: 64 }),
          hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          signature: Type.String({ maxLength: 128 }),
        },
        { additionalProperties: true },
      ),
      response: {
        200: Type.Object({
          valid: Type.Boolean(),
          problems: Type.Array(Type.Enum(['hash-wrong', 'signature-wrong', 'key-unknown'])),
        }),
      },
    },
    handler: async (request) => {
      const certificate: SignedCertificate = request.body
      const known = await ledger.get(keyPrefix + certificate.keyId)
      const isKnown = (_keyId: string, publicKey: string): boolean => known?.['publicKey'] === publicKey
      const problems = certificateProblems(certificate, isKnown)
      return { valid: problems.length === 0, problems: [...problems] }
    },
  })
}

/** Before the first certificate that needs it. */
async function publishKey({ ledger, signer, now }: CertificateParts): Promise<void> {
  const { keyId, publicKey } = signer
  const key = { _id: keyPrefix + keyId, type: 'signing-key', keyId, publicKey, since: now().toISOString() }
  const [written] = await ledger.insert([key])
  if (written?.kind === 'failed') throw new Error(`the public key could not be published: ${written.reason}`)
}

/** Without the revision, which is not signed. */
function published(certificate: DayCertificate): Record<string, unknown> {
  const { _rev, ...body } = certificate as DayCertificate & { _rev?: unknown }
  return body
}

function receiptsOfLate({ incarnation, entries }: LateNumbers): string[] {
  const receipts: string[] = []
  for (const number of eachNumber(entries)) {
    if (receipts.length === maxNamedReceipts) break
    receipts.push(receiptNumberOf(incarnation, number))
  }
  return receipts
}

type Mutable<Value> = Value extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Mutable<Value[Key]> }
    : Value

/** The same value for the type provider, whose types know no `readonly`. Nothing changes it. */
function mutable<Value extends DayState | LateNumbers>(value: Value): Mutable<Value> {
  return value as Mutable<Value>
}
