/** Every endpoint that a service describes, asked with what it can't know: the description itself says what to ask. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '@tidemark/service-kit/test-support'
import { startHeadOffice, type Answer, type HeadOffice } from './head-office.ts'
import { serviceNames, type ServiceName } from './service-process.ts'

let office: HeadOffice
beforeAll(async () => {
  office = await startHeadOffice()
  for (const name of serviceNames) {
    const isReady = async () => (await office.answerTo(name, 'GET', '/health/ready')).status === 200
    await waitUntil(`${name} has its databases`, isReady)
  }
})
afterAll(() => office?.stop())

interface Parameter {
  readonly in: 'path' | 'query'
  readonly name: string
  readonly required?: boolean
  readonly schema: {
    readonly type?: string
    readonly pattern?: string
    readonly format?: string
    readonly enum?: readonly string[]
  }
}

interface Endpoint {
  readonly method: string
  readonly url: string
  readonly parameters: readonly Parameter[]
  readonly takesJson: boolean
}

/** Values of the forms that parameters have, of things that nobody has. */
const wellFormed = [
  'S999-T01-1-000001',
  's999',
  's999-t01',
  'EUR',
  '00000000',
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  `log:${'0'.repeat(32)}:000000000001`,
]

function goodValue({ schema, name }: Parameter): string {
  if (schema.enum !== undefined) return schema.enum[0] ?? ''
  if (schema.format === 'date') return '2026-11-28'
  if (schema.format === 'date-time') return '2026-11-28T00:00:00Z'
  if (schema.type === 'integer') return '1'
  if (schema.type === 'boolean') return 'true'
  const { pattern } = schema
  const value = wellFormed.find((each) => pattern === undefined || new RegExp(pattern).test(each))
  if (value === undefined) throw new Error(`a value for ${name} of the form ${pattern} has to be added to this test`)
  return value
}

/** Undefined for a parameter that takes any text. */
function badValue({ schema }: Parameter): string | undefined {
  if (schema.format === 'date') return '2026-02-30'
  if (schema.format === 'date-time') return 'yesterday'
  if (schema.type === 'integer') return '0'
  if (schema.type === 'boolean') return 'perhaps'
  return schema.enum !== undefined || schema.pattern !== undefined ? '~' : undefined
}

/** The address with good values, and others where they are given; `null` leaves one out. */
function addressOf(endpoint: Endpoint, others: Readonly<Record<string, string | null>> = {}): string {
  let path = endpoint.url
  const query = new URLSearchParams()
  for (const parameter of endpoint.parameters) {
    const { name } = parameter
    const given = others[name]
    if (given === null || (given === undefined && parameter.required !== true)) continue
    const value = given ?? goodValue(parameter)
    if (parameter.in === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value))
    else query.set(name, value)
  }
  for (const [name, value] of Object.entries(others)) {
    if (value !== null && !endpoint.parameters.some((parameter) => parameter.name === name)) query.set(name, value)
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`
}

async function endpointsOf(service: ServiceName): Promise<readonly Endpoint[]> {
  const { paths } = await office.get(service, '/docs/json')
  return Object.entries(paths as Record<string, Record<string, Record<string, unknown>>>)
    .filter(([url]) => !url.startsWith('/health/') && url !== '/metrics')
    .flatMap(([url, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const body = operation['requestBody'] as { readonly content: object } | undefined
        return {
          method: method.toUpperCase(),
          url,
          parameters: (operation['parameters'] ?? []) as readonly Parameter[],
          takesJson: body !== undefined && 'application/json' in body.content,
        }
      }),
    )
}

interface Question {
  readonly endpoint: Endpoint
  readonly address: string
  readonly body?: unknown
}

/** What was answered in another way than by this status and, where one is given, this field. */
async function surprises(
  service: ServiceName,
  questions: readonly (Question & { readonly field?: string })[],
  status: number,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const { endpoint, address, body, field } of questions) {
    const answer = await office.answerTo(service, endpoint.method, address, body)
    const fields = fieldsOf(answer.body)
    const isNamed = field === undefined || fields.some((each) => each === field || each.startsWith(`${field}/`))
    if (answer.status === status && isNamed) continue
    found.push(`${endpoint.method} ${address} ${JSON.stringify(body) ?? ''}: ${answer.status} ${fields.join(' ')}`)
  }
  return found
}

function fieldsOf({ problems }: Answer): readonly string[] {
  return Array.isArray(problems) ? problems.map(({ field }: { field: string }) => field) : []
}

describe.each(serviceNames)('%s', (service) => {
  test('a parameter that is not known, missing or of no form is refused by its name', async () => {
    const endpoints = await endpointsOf(service)
    const questions = endpoints.flatMap((endpoint) => [
      // What is wrong with a body is said before what is wrong with the query.
      {
        endpoint,
        address: addressOf(endpoint, { nonsense: '1' }),
        ...(endpoint.takesJson ? {} : { field: '/query/nonsense' }),
      },
      ...endpoint.parameters.flatMap((parameter) => {
        const { name } = parameter
        const field = `/${parameter.in === 'path' ? 'params' : 'query'}/${name}`
        const bad = badValue(parameter)
        const isNeeded = parameter.in === 'query' && parameter.required === true
        return [
          ...(bad === undefined ? [] : [{ endpoint, address: addressOf(endpoint, { [name]: bad }), field }]),
          ...(isNeeded ? [{ endpoint, address: addressOf(endpoint, { [name]: null }), field }] : []),
        ]
      }),
    ])
    expect(questions.length).toBeGreaterThan(endpoints.length)
    expect(await surprises(service, questions, 400)).toEqual([])
  })

  test('a body that is no JSON, no object, or has a field that is not known is refused', async () => {
    const endpoints = (await endpointsOf(service)).filter(({ takesJson }) => takesJson)
    const withBodies = (bodies: readonly unknown[]) =>
      endpoints.flatMap((endpoint) => bodies.map((body) => ({ endpoint, address: addressOf(endpoint), body })))
    expect(await surprises(service, withBodies(['{', '']), 400)).toEqual([])
    const named = withBodies([[], 7, null, { nonsense: 1 }]).map((question) => ({ ...question, field: '/body' }))
    expect(await surprises(service, named, 400)).toEqual([])
  })

  test('a store, a SKU or another thing that nobody has is not found', async () => {
    const endpoints = (await endpointsOf(service)).filter(
      ({ method, parameters }) => method === 'GET' && parameters.some((parameter) => parameter.in === 'path'),
    )
    const questions = endpoints.map((endpoint) => ({ endpoint, address: addressOf(endpoint) }))
    expect(await surprises(service, questions, 404)).toEqual([])
  })
})
