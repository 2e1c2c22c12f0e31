// The JavaScript of design documents.
//
// 1. Only administrators write design documents: a `vm` context keeps their functions from meeting ours by accident,
//    it is no wall against someone who means harm.
// 2. Only JSON texts cross the border, so a function can't change the document that others see.
// 3. A function is compiled once, however often its view is asked, and stopped after a time: one that never ends would
//    stop the whole server.
import { createContext, Script } from 'node:vm'
import type { Context } from 'node:vm'
import { batchOf } from './document-batches.ts'
import { BuiltInError } from './packages.js'
import { findBuiltInReduce } from './reduce-functions.ts'
import type { Reduce } from './reduce-functions.ts'
import type { PouchDocument } from './types.ts'

const TIME_LIMIT_MS = 2_000
/** Each has a context of its own, of about 100 kB. */
const MAX_COMPILED = 200

const PRELUDE = `'use strict';
  const isArray = Array.isArray, toJSON = JSON.stringify, log = function () {};
  const sum = function (values) { return values.reduce(function (a, b) { return a + b; }, 0); };
  let emitted = [];
  const emit = function (key, value) { emitted.push([key, value]); };`

type Compiled = (input: string) => string

/** By what they were made of; those that were asked for last stand last. */
const compiled = new Map<string, Compiled>()

/** Compiles `source` as `given`; `call` is the body of the function that gets `input`. Its result comes back as text. */
export function compileFunction(source: string, call: string): Compiled {
  const key = JSON.stringify([source, call])
  const run = compiled.get(key) ?? compile(source, call)
  compiled.delete(key)
  compiled.set(key, run)
  const oldest = compiled.size > MAX_COMPILED ? compiled.keys().next().value : undefined
  if (oldest !== undefined) compiled.delete(oldest)
  return run
}

function compile(source: string, call: string): Compiled {
  const body = source.trim().replace(/;$/, '')
  const context: Context = createContext(Object.create(null) as object)
  new Script(`${PRELUDE}\nconst given = (${body}\n);\nglobalThis.run = function (input) { ${call} };`, {
    filename: 'design-document.js',
  }).runInContext(context, { timeout: TIME_LIMIT_MS })
  const run = new Script('run(input)', { filename: 'design-document.js' })
  return (input) => {
    context['input'] = input
    return String(run.runInContext(context, { timeout: TIME_LIMIT_MS }))
  }
}

/** Gets a list of documents; gives for each what it emitted, or the error that it threw. */
const MAP_ALL = `
  const results = [];
  for (const document of JSON.parse(input)) {
    emitted = [];
    try {
      given(document);
      results.push(emitted);
    } catch (error) {
      const { name = 'Error', message = String(error) } = Object(error);
      results.push({ name: String(name), message: String(message) });
    }
  }
  return JSON.stringify(results);`

type Emitted = readonly (readonly [key: unknown, value: unknown])[]
type Mapped = Emitted | { readonly name: string; readonly message: string }

/**
 * A map function of a design document: calls `emit` for each row. Throws what the function throws.
 * It runs over all documents that were read together at once, because to watch over the time of a call takes fifty times as
 * long as a call. When that fails, by its time or by a value that is no JSON, each is tried by itself.
 */
export function compileMap(
  source: string,
  emit: (key: unknown, value: unknown) => void,
): (document: PouchDocument) => void {
  const run = compileFunction(source, MAP_ALL)
  const known = new WeakMap<object, Mapped>()
  const failed = new WeakSet<object>()

  const mapAll = (documents: readonly PouchDocument[]): void => {
    const results = JSON.parse(run(JSON.stringify(documents))) as Mapped[]
    for (const [index, document] of documents.entries()) known.set(document, results[index] ?? [])
  }
  const mapTogether = (document: PouchDocument): void => {
    const batch = batchOf(document)
    if (failed.has(batch)) return
    try {
      mapAll(batch.filter(({ _deleted: deleted }) => deleted !== true))
    } catch {
      failed.add(batch)
    }
  }

  return (document) => {
    if (!known.has(document)) mapTogether(document)
    if (!known.has(document)) mapAll([document])
    const mapped = known.get(document) ?? []
    if ('message' in mapped) throw Object.assign(new Error(mapped.message), { name: mapped.name })
    for (const [key, value] of mapped) emit(key, value)
  }
}

/** A reduce function: a built-in by its name, or JavaScript. It gets all values of a group at once. */
export function compileReduce(source: unknown): Reduce {
  if (typeof source !== 'string') throw new BuiltInError('reduce: must be a text')
  const builtIn = findBuiltInReduce(source)
  if (builtIn !== undefined) return builtIn
  const call = 'const [k, v] = JSON.parse(input); return JSON.stringify([given(k, v, false)]);'
  const run = compileFunction(source, call)
  return (keys, values) => (JSON.parse(run(JSON.stringify([keys, values]))) as unknown[])[0]
}
