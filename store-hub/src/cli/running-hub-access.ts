/** Asks the hub that runs on a data folder, with the administrator's token of that folder. */
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import {
  ImportReport,
  EnrolmentCode,
  LeaseStatus,
  ProblemDetails,
  QuarantineItem,
  QuarantineItemWithText,
  QuarantineOffer,
  QuarantinePage,
  schemaProblems,
} from '@tidemark/contracts'
import type { Static, TSchema } from 'typebox'
import {
  BackupReport,
  CompactReport,
  Overview,
  VerifyReport,
  WorkLine,
  type ReportProgress,
  type RunningHub,
} from '../administration/index.ts'
import { CliError } from './cli-error.ts'
import type { HubAccess } from './hub-access.ts'

const answerWithinMs = 30_000

/** Undefined when nothing listens where the hub said that it would. */
export async function connectRunningHub(hub: RunningHub, token: string): Promise<HubAccess | undefined> {
  const ask = createAsk(hub.url, token)
  const send = (path: string, body: unknown): Promise<Response> =>
    ask(path, { method: 'POST', body: JSON.stringify(body) })
  const read = async <Schema extends TSchema>(schema: Schema, answer: Promise<Response>): Promise<Static<Schema>> =>
    checked(schema, await (await answer).json())
  const decide = (id: string, action: string, body: unknown): Promise<Response> =>
    send(`/api/quarantine/${encodeURIComponent(id)}/${action}`, body)
  try {
    await ask('/health/live')
  } catch (error) {
    if (error instanceof CliError && error.code === 'unreachable') return undefined
    throw error
  }

  return {
    isRunning: true,
    overview: () => read(Overview, ask('/api/admin/overview')),
    compact: async (databases, report) =>
      follow(CompactReport, await send('/api/admin/compact', databases === undefined ? {} : { databases }), report),
    verify: async (report) => follow(VerifyReport, await send('/api/admin/verify', {}), report),
    backup: async (target, report) => follow(BackupReport, await send('/api/admin/backup', { target }), report),
    listQuarantine(filter) {
      const query = new URLSearchParams()
      for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value))
      return read(QuarantinePage, ask(`/api/quarantine?${query.toString()}`))
    },
    readQuarantine: (id) => read(QuarantineItemWithText, ask(`/api/quarantine/${encodeURIComponent(id)}`)),
    offer: (id, by) => read(QuarantineOffer, decide(id, 'offer', { by })),
    discard: (id, by, reason) => read(QuarantineItem, decide(id, 'discard', { by, reason })),
    restore: (id, by) => read(QuarantineItem, decide(id, 'restore', { by })),
    takeLease: () => read(LeaseStatus, send('/api/admin/lease/take', {})),
    importFile: (file, by) => read(ImportReport, send('/api/import', { file, by })),
    makeEnrolmentCode: (by) => read(EnrolmentCode, send('/api/admin/enrolment-codes', { by })),
    close: () => Promise.resolve(),
  }
}

type Ask = (path: string, options?: RequestInit) => Promise<Response>

function createAsk(url: string, token: string): Ask {
  return async (path, options = {}) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(options.body != null && { 'content-type': 'application/json' }),
    }
    // Only the first answer is timed: a backup may go on for as long as it reports.
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), answerWithinMs)
    try {
      const response = await fetch(url + path, { ...options, headers, signal: timeout.signal })
      if (response.ok) return response
      throw await toCliError(response, url)
    } catch (error) {
      if (error instanceof CliError) throw error
      throw new CliError('unreachable', `The hub at ${url} does not answer`, 1, { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }
}

async function toCliError(response: Response, url: string): Promise<CliError> {
  const body = (await response.json().catch(() => undefined)) as unknown
  if (response.status === 401) {
    return new CliError('unauthorized', `The hub at ${url} does not take the administrator's token of this data folder`)
  }
  if (schemaProblems(ProblemDetails, body).length > 0)
    return new CliError('internal', `The hub answered ${response.status}`)
  const { code, detail, title, problems = [] } = body as ProblemDetails
  const fields = problems.map(({ field, message }) => `${field} ${message}`)
  return new CliError(code, [detail ?? title, ...fields].join('; '))
}

async function follow<Schema extends TSchema>(
  schema: Schema,
  response: Response,
  report: ReportProgress,
): Promise<Static<Schema>> {
  if (response.body === null) throw new CliError('internal', 'The hub answered nothing')
  const lines = createInterface({ input: Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]) })
  try {
    for await (const text of lines) {
      const line = checked(WorkLine, JSON.parse(text) as unknown)
      if ('progress' in line) report(line.progress)
      else if ('problem' in line) throw new CliError(line.problem.code, line.problem.detail)
      else return checked(schema, line.result)
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError('unreachable', 'The hub was gone before it had finished', 1, { cause: error })
  } finally {
    lines.close()
  }
  throw new CliError('unreachable', 'The hub was gone before it had finished')
}

function checked<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const problem = schemaProblems(schema, value)[0]
  if (problem === undefined) return value as Static<Schema>
  throw new CliError(
    'internal',
    `The hub's answer is not understood (${problem.field} ${problem.message}): another version?`,
  )
}
