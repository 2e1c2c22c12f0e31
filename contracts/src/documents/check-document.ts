/**
 * One check of a document, the same in browser, hub and services: schema, id, database, and for sales the arithmetic and the hash.
 */
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/schema'
import { databaseOfDocument } from '../databases.ts'
import { parseIncarnation } from '../identity.ts'
import { documentHash } from '../journal/canonical-hash.ts'
import { saleTotals } from '../pricing/line-totals.ts'
import { partPrice, partTotals } from '../refunds/part-of-line.ts'
import { documentTypeOf } from './document-types.ts'
import type { Sale } from './journal-documents.ts'

export interface Problem {
  /** JSON pointer of the field, such as `/lines/0/quantity`; empty for the document as a whole. */
  readonly field: string
  readonly message: string
}

type Fields = Readonly<Record<string, unknown>>

/** Enough to mend a document by; a document of a thousand faults doesn't become a response of a thousand lines. */
const maxProblems = 10

const validators = new Map<TSchema, Validator>()

/** Compiles a schema once. Where a page's content policy forbids generated code, TypeBox interprets the schema instead. */
function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const validator = Compile(schema)
  validators.set(schema, validator)
  return validator
}

/** Problems of a value against a schema; empty when it fits. At most ten. */
export function schemaProblems(schema: TSchema, value: unknown): Problem[] {
  const validator = validatorOf(schema)
  if (validator.Check(value)) return []
  const [, errors] = validator.Errors(value)
  return errors.slice(0, maxProblems).map((error) => ({ field: error.instancePath, message: error.message }))
}

/**
 * Problems of a document that is to be stored in a database (its name at terminal and hub); empty when it may be stored.
 * Replication fields (`_rev`, `_revisions`) are ignored.
 */
export function checkDocument(database: string, document: Fields): Problem[] {
  const type = documentTypeOf(document['type'])
  if (type === undefined)
    return [{ field: '/type', message: `unknown document type ${JSON.stringify(document['type'])}` }]
  const broken = findBrokenValue(document)
  if (broken !== undefined) return [broken]
  const problems = schemaProblems(type.schema, document)
  if (problems.length > 0) return problems
  return [...idProblems(document), ...placeProblems(database, document), ...integrityProblems(document)].slice(
    0,
    maxProblems,
  )
}

/**
 * The first value that JSON can write and that has no canonical form, so no hash: half of a surrogate pair as an escape, and a
 * number beyond the greatest. The value must not be nested without bound.
 */
export function findBrokenValue(value: unknown, field = ''): Problem | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : { field, message: halfCharacter }
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { field, message: 'is too large a number' }
  if (typeof value !== 'object' || value === null) return undefined
  for (const name of Object.keys(value)) {
    if (!name.isWellFormed()) return { field: `${field}/${escapePointer(name.toWellFormed())}`, message: halfCharacter }
    const member = (value as Fields)[name]
    // Most members are sound, and need no pointer.
    if (typeof member === 'object' ? member === null : findBrokenValue(member) === undefined) continue
    const found = findBrokenValue(member, `${field}/${escapePointer(name)}`)
    if (found !== undefined) return found
  }
  return undefined
}

const halfCharacter = 'holds half of a surrogate pair, which no UTF-8 can'

/** RFC 6901, section 3. */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** `[{field: '/lines/0/sku', message: 'must be string'}]` → `/lines/0/sku must be string`. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map((problem) => `${problem.field} ${problem.message}`.trim()).join('; ')
}

function idProblems(document: Fields): Problem[] {
  const expected = documentTypeOf(document['type'])?.id(document)
  const id = String(document['_id'])
  const fits = typeof expected === 'string' ? id === expected : expected?.test(id) === true
  return fits ? [] : [{ field: '/_id', message: `must be ${String(expected)}` }]
}

function placeProblems(database: string, document: Fields): Problem[] {
  const belongsIn = databaseOfDocument(document)
  return belongsIn === database ? [] : [{ field: '', message: `belongs in the database ${belongsIn ?? 'of its type'}` }]
}

function integrityProblems(document: Fields): Problem[] {
  const problems: Problem[] = []
  if (typeof document['incarnation'] === 'string' && document['type'] !== 'terminal') {
    const owner = parseIncarnation(document['incarnation'])
    if (owner?.storeId !== document['storeId'])
      problems.push({ field: '/storeId', message: 'is not the store of the incarnation' })
    if (owner?.terminalId !== document['terminalId']) {
      problems.push({ field: '/terminalId', message: 'is not the terminal of the incarnation' })
    }
  }
  if (typeof document['hash'] === 'string' && documentHash(document) !== document['hash']) {
    problems.push({ field: '/hash', message: 'is not the hash of the document' })
  }
  if (document['type'] === 'sale' || document['type'] === 'refund') problems.push(...amountProblems(document as Sale))
  // A refund takes over the lines of its sale, and gives back a part of their discounts.
  if (document['type'] === 'sale')
    problems.push(...discountProblems(document as Sale), ...partProblems(document as Sale))
  return problems
}

function partProblems({ lines }: Pick<Sale, 'lines'>): Problem[] {
  const index = lines.findIndex(({ alreadyRefunded }) => alreadyRefunded !== undefined)
  return index === -1 ? [] : [{ field: `/lines/${index}/alreadyRefunded`, message: 'is for lines of refunds' }]
}

function amountProblems(sale: Pick<Sale, 'lines' | 'totals' | 'payments'>): Problem[] {
  const problems: Problem[] = []
  sale.lines.forEach((line, index) => {
    const totals = partTotals(line)
    if (line.discountMinor < 0 || line.discountMinor > Math.max(0, partPrice(line))) {
      problems.push({ field: `/lines/${index}/discountMinor`, message: 'must lie between 0 and the price of the line' })
    }
    if (
      line.netMinor !== totals.netMinor ||
      line.taxMinor !== totals.taxMinor ||
      line.grossMinor !== totals.grossMinor
    ) {
      problems.push({
        field: `/lines/${index}`,
        message: `must be net ${totals.netMinor}, tax ${totals.taxMinor}, gross ${totals.grossMinor}`,
      })
    }
  })
  const { netMinor, taxMinor, grossMinor } = saleTotals(sale.lines, 1)
  if (sale.totals.netMinor !== netMinor || sale.totals.taxMinor !== taxMinor || sale.totals.grossMinor !== grossMinor) {
    problems.push({ field: '/totals', message: `must be net ${netMinor}, tax ${taxMinor}, gross ${grossMinor}` })
  }
  if (sale.totals.dueMinor !== sale.totals.grossMinor + sale.totals.roundingMinor) {
    problems.push({ field: '/totals/dueMinor', message: 'must be gross plus rounding' })
  }
  if (sale.totals.roundingMinor !== 0 && sale.payments.every((payment) => payment.method !== 'cash')) {
    problems.push({ field: '/totals/roundingMinor', message: 'must be 0 where nothing is paid in cash' })
  }
  const paidMinor = sale.payments.reduce((total, payment) => total + payment.amountMinor, 0)
  if (paidMinor !== sale.totals.dueMinor) {
    problems.push({ field: '/payments', message: `add up to ${paidMinor}, must be ${sale.totals.dueMinor}` })
  }
  sale.payments.forEach((payment, index) => {
    if (payment.method === 'cash' && payment.tenderedMinor - payment.changeMinor !== payment.amountMinor) {
      problems.push({ field: `/payments/${index}/changeMinor`, message: 'must be tendered minus amount' })
    }
  })
  return problems
}

function discountProblems(sale: Pick<Sale, 'lines'>): Problem[] {
  return sale.lines.flatMap((line, index) => {
    const sumMinor = (line.discounts ?? []).reduce((total, discount) => total + discount.amountMinor, 0)
    if (line.discounts === undefined || sumMinor === line.discountMinor) return []
    const message = `add up to ${sumMinor}, must be ${line.discountMinor}`
    return [{ field: `/lines/${index}/discounts`, message }]
  })
}
