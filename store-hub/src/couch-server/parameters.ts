import { queryParseError } from './errors.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The parameters of a request, each read by name and kind. A query string gives texts; a JSON body gives typed values
 * and wins. A value of the wrong kind is 400 `query_parse_error` with the parameter's name; unknown names are ignored,
 * as CouchDB does.
 */
export class Parameters {
  readonly #query: Readonly<Record<string, unknown>>
  readonly #body: Readonly<Record<string, unknown>>

  constructor(query: unknown, body?: unknown) {
    this.#query = isRecord(query) ? query : {}
    this.#body = isRecord(body) ? body : {}
  }

  has(...names: string[]): boolean {
    return names.some((name) => this.#raw(name) !== undefined)
  }

  /** The first of these names (CouchDB's aliases, as `startkey` and `start_key`) that was given. */
  #raw(name: string): unknown {
    if (Object.hasOwn(this.#body, name)) return this.#body[name]
    const value = Object.hasOwn(this.#query, name) ? this.#query[name] : undefined
    return Array.isArray(value) ? value.at(-1) : value
  }

  boolean(name: string, fallback = false): boolean {
    const value = this.#raw(name)
    if (value === undefined || value === '') return fallback
    if (value === true || value === 'true') return true
    if (value === false || value === 'false') return false
    throw invalid(name, value, 'true or false')
  }

  integer(name: string, minimum = 0): number | undefined {
    const value = this.#raw(name)
    if (value === undefined || value === '') return undefined
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < minimum) {
      throw invalid(name, value, `an integer from ${minimum}`)
    }
    return number
  }

  text(name: string): string | undefined {
    const value = this.#raw(name)
    if (value === undefined || typeof value === 'string') return value
    throw invalid(name, value, 'a text')
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.#raw(name)
    if (value === undefined || value === '') return fallback
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined) throw invalid(name, value, choices.join(', '))
    return chosen
  }

  /** A JSON value under one of CouchDB's alternative names. */
  json(...names: string[]): unknown {
    const name = names.find((candidate) => this.#raw(candidate) !== undefined)
    if (name === undefined) return undefined
    if (Object.hasOwn(this.#body, name)) return this.#body[name]
    const value = this.#raw(name)
    try {
      return typeof value === 'string' ? (JSON.parse(value) as unknown) : value
    } catch {
      throw invalid(name, value, 'JSON')
    }
  }

  /** A JSON list of texts, no longer than `limit`. */
  texts(name: string, limit: number): string[] | undefined {
    const value = this.json(name)
    if (value === undefined) return undefined
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
      throw invalid(name, value, 'a list of texts')
    }
    if (value.length > limit) throw queryParseError(`${name} has ${value.length} items; at most ${limit} are taken`)
    return value
  }
}

function invalid(name: string, value: unknown, expected: string): Error {
  const shown = (JSON.stringify(value) ?? 'undefined').slice(0, 100)
  return queryParseError(`Invalid value for ${name}: ${shown} (expected ${expected})`)
}
