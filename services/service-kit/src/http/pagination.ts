/** Lists answer `{items, nextCursor}`. A cursor is opaque to callers: base64url of JSON, checked when it comes back. */
import { Type, type TSchema, type Static } from 'typebox'
import { schemaProblems } from '@tidemark/contracts'
import { invalidField } from '../errors.ts'

export const maxPageSize = 500
export const defaultPageSize = 100

/** Query parameters of every list. */
export const pageParameters = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPageSize, default: defaultPageSize })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: 'nextCursor of the page before' })),
}

/** The response schema of a list. */
export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({
    items: Type.Array(item),
    nextCursor: Type.Union([Type.String(), Type.Null()], { description: 'null on the last page' }),
  })
}

export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** The position in a cursor; undefined without a cursor. Throws a 400 that names `/query/cursor` for anything else. */
export function decodeCursor<Schema extends TSchema>(
  schema: Schema,
  cursor: string | undefined,
): Static<Schema> | undefined {
  if (cursor === undefined) return undefined
  const position = parse(cursor)
  if (position === undefined || schemaProblems(schema, position).length > 0) {
    throw invalidField('/query/cursor', 'is not a cursor of this list')
  }
  return position as Static<Schema>
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
