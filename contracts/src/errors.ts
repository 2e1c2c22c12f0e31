/** Stable error codes: what a client may branch on. HTTP bodies are RFC 9457 problem details with `code` added. */
import * as Type from 'typebox'
import type { Static } from 'typebox'

export const errorCodes = {
  validationFailed: 'validation-failed',
  notFound: 'not-found',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  conflict: 'conflict',
  tooLarge: 'too-large',
  laneTaken: 'lane-taken',
  /** 403: enrolling takes a manager's one-time code, and this is none that works. */
  codeRefused: 'code-refused',
  tooManyRequests: 'too-many-requests',
  notReady: 'not-ready',
  unavailable: 'unavailable',
  internal: 'internal',
} as const
export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes]

/** Those of the central services, which have some of their own. */
export const serviceErrorCodes = {
  ...errorCodes,
  /** 422: understood and allowed, but it contradicts what is recorded, such as a refund of more than was sold. */
  notPossible: 'not-possible',
} as const
export type ServiceErrorCode = (typeof serviceErrorCodes)[keyof typeof serviceErrorCodes]

/** RFC 9457 problem details, media type `application/problem+json`. */
export const ProblemDetails = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(Type.String()),
    /** Stands in the server's log beside what went wrong. */
    requestId: Type.Optional(Type.String()),
    /** For `validation-failed`: one entry per field, as a JSON pointer into the request. */
    problems: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
  },
  { title: 'problem-details' },
)
export type ProblemDetails = Static<typeof ProblemDetails>
