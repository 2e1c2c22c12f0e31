/** What can go wrong between the console and the services, in words for the person in front of it. */
import { schemaProblems, ProblemDetails } from '@tidemark/contracts'

export type ServiceFailure = 'unreachable' | 'strange' | 'signed-out' | 'refused'

export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly kind: ServiceFailure
  /** 0 when there was no answer. */
  readonly status: number

  constructor(kind: ServiceFailure, status: number, message: string) {
    super(message)
    this.kind = kind
    this.status = status
  }
}

/** An answer other than 2xx, from its problem details. */
export function refusalOf(status: number, text: string): ServiceError {
  if (status === 401) return new ServiceError('signed-out', status, 'Your sign-in is over. Sign in again.')
  const problem = problemIn(text)
  const detail = problem?.detail ?? problem?.title
  const reference = status >= 500 && problem?.requestId !== undefined ? ` (request ${problem.requestId})` : ''
  return new ServiceError(
    'refused',
    status,
    `${wordsFor(status)}${detail === undefined ? '' : `: ${detail}`}${reference}`,
  )
}

function wordsFor(status: number): string {
  switch (status) {
    case 403:
      return 'You may not do this'
    case 404:
      return 'Not found'
    case 409:
      return 'Somebody was faster'
    case 422:
      return 'This can’t be done'
    case 429:
      return 'Too many requests; wait a moment'
    case 503:
      return 'Not available at the moment'
    default:
      return status >= 500 ? 'Something went wrong over there' : 'The request was not accepted'
  }
}

function problemIn(text: string): ProblemDetails | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return schemaProblems(ProblemDetails, body).length === 0 ? (body as ProblemDetails) : undefined
  } catch {
    return undefined
  }
}

/** For showing: never a stack, never nothing. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
