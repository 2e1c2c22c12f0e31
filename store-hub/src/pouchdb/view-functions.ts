// The JavaScript of design documents.
//
// 1. Only administrators write design documents: a `vm` context keeps their functions from meeting ours by accident,
//    it is no wall against someone who means harm.
// 2. Only JSON texts cross the border, so a function can't change the document that others see.
// 3. A function is compiled once, and stopped after a time: one that never ends would stop the whole server.
import { createContext, Script } from 'node:vm'
import type { Context } from 'node:vm'
import { BuiltInError } from './packages.js'
import { findBuiltInReduce } from './reduce-functions.ts'
import type { Reduce } from './reduce-functions.ts'

const TIME_LIMIT_MS = 2_000

const PRELUDE = `'use strict';
  const isArray = Array.isArray, toJSON = JSON.stringify, log = function () {};
  const sum = function (values) { return values.reduce(function (a, b) { return a + b; }, 0); };
  let emitted = [];
  const emit = function (key, value) { emitted.push([key, value]); };`

/** Compiles `source` as `given`; `call` is the body of the function that gets `input`. Its result comes back as text. */
export function compileFunction(source: string, call: string): (input: string) => string {
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

/** A map function of a design document: calls `emit` for each row. Throws what the function throws. */
export function compileMap(source: string, emit: (key: unknown, value: unknown) => void): (document: unknown) => void {
  const run = compileFunction(source, 'emitted = []; given(JSON.parse(input)); return JSON.stringify(emitted);')
  return (document) => {
    for (const [key, value] of JSON.parse(run(JSON.stringify(document))) as [unknown, unknown][]) emit(key, value)
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
