import type { PouchDocument, PouchError, PouchPlugin, PouchStatic } from './types.ts'

export const PouchDB: PouchStatic
export const findPlugin: PouchPlugin
export const httpPlugin: PouchPlugin
export const replicationPlugin: PouchPlugin

interface Design {
  readonly _id: string
  readonly views?: Readonly<Record<string, { readonly map?: unknown } | undefined>>
}

export function createAbstractMapReduce(
  localDocumentName: string,
  mapper: (map: string, emit: (key: unknown, value: unknown) => void) => (document: PouchDocument) => void,
  reducer: (reduce: unknown) => (keys: unknown, values: readonly unknown[]) => unknown,
  validate: (design: Design, view: string) => void,
): { query: unknown; viewCleanup: unknown }

export const BAD_REQUEST: PouchError
export const DOC_VALIDATION: PouchError
export const FORBIDDEN: PouchError
export const INVALID_REV: PouchError
export const MISSING_DOC: PouchError
export const NOT_OPEN: PouchError
export const REV_CONFLICT: PouchError
/** A copy of one of the errors above, with a reason of its own. */
export function createError(kind: PouchError, reason?: string): PouchError & Error
/** Throws unless `id` can be the id of a document. */
export function invalidIdError(id: unknown): void
export function uuid(): string

export class BuiltInError extends Error {}
export class NotFoundError extends Error {}
