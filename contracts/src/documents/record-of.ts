/** An object of any keys. `Type.Record` evaluates types as TypeScript does, and every till would load the engine for that. */
import * as Type from 'typebox'
import type { TRecord, TSchema } from 'typebox'

export function recordOf<Value extends TSchema>(value: Value, options: object = {}): TRecord<'^.*$', Value> {
  return Object.assign(Type.RecordFromPattern('^.*$', value) as TRecord<'^.*$', Value>, options)
}
