/** `/api/admin`: what the command line asks of a hub that runs. */
import path from 'node:path'
import { EnrolmentCode, errorCodes, LeaseStatus, type HubStatus, type SyncLogEvent } from '@tidemark/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { writeBackup } from '../backup/index.ts'
import { HubError, parseInput } from '../errors.ts'
import type { Store } from '../store/index.ts'
import { createLongWork } from './long-work.ts'
import {
  BackupRequest,
  CompactRequest,
  EnrolmentCodeRequest,
  Overview,
  type BackupReport,
  type ReportProgress,
} from './schemas.ts'
import {
  backupReport,
  compactStore,
  listDatabases,
  noteLastBackup,
  readDisk,
  readLastBackup,
  verifyStore,
} from './store-work.ts'

export interface AdministrationParts {
  readonly store: Store
  readonly directory: string
  readonly storeId: string
  readonly hubVersion: string
  readonly isAdministrator: (request: FastifyRequest) => boolean
  readonly status: () => Promise<HubStatus>
  /** Of all refused documents that are kept. */
  readonly quarantined: () => { readonly open: number; readonly total: number }
  /** Takes the store from another hub; undefined where nothing decides between two. */
  readonly takeLease?: () => Promise<LeaseStatus>
  /** `by`: the manager who asks for it. */
  readonly makeEnrolmentCode?: (by: string) => Promise<EnrolmentCode>
  readonly append: (event: SyncLogEvent) => Promise<void>
}

const maxRequestBytes = 65_536
/** Shorter than what a stop of the hub may take in all. */
const stopGraceMs = 10_000
const described = { tags: ['administration'], security: [{ administrator: [] }] }

export function administrationRoutes(app: FastifyInstance, parts: AdministrationParts): void {
  const work = createLongWork(app.log)
  const { store, directory } = parts
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    if (parts.isAdministrator(request)) return
    throw new HubError(errorCodes.unauthorized, "Needs the administrator's token, from the hub's own machine")
  }
  const guarded = { onRequest, bodyLimit: maxRequestBytes }

  app.get(
    '/api/admin/overview',
    {
      ...guarded,
      schema: { ...described, summary: 'Everything about the hub and its store', response: { 200: Overview } },
    },
    async (_request, reply): Promise<Overview> => {
      void reply.header('cache-control', 'no-store')
      return {
        dataDirectory: directory,
        epoch: store.uuid,
        epochReason: store.epoch.reason ?? null,
        storeId: parts.storeId,
        hub: await parts.status(),
        databases: listDatabases(store),
        quarantine: parts.quarantined(),
        disk: await readDisk(directory),
        lastBackup: await readLastBackup(directory),
      }
    },
  )

  const lines = 'answers with lines of JSON: progress, then a result or a problem'
  app.post(
    '/api/admin/compact',
    {
      ...guarded,
      schema: { ...described, summary: `Compact databases; ${lines}`, body: CompactRequest },
    },
    (request, reply) => {
      const { databases } = parseInput(CompactRequest, request.body)
      const unknown = databases?.find((name) => store.database(name) === undefined)
      if (unknown !== undefined) throw new HubError(errorCodes.notFound, `There is no database ${unknown}`)
      return work.answer(reply, 'compaction', (report) => compactStore(store, databases, report))
    },
  )

  app.post(
    '/api/admin/verify',
    {
      ...guarded,
      schema: { ...described, summary: `Look for damage in the store and its log; ${lines}` },
    },
    (_request, reply) => work.answer(reply, 'verification', (report) => verifyStore(store, report)),
  )

  app.post(
    '/api/admin/backup',
    {
      ...guarded,
      schema: { ...described, summary: `Write a backup; ${lines}`, body: BackupRequest },
    },
    (request, reply) => {
      const { target } = parseInput(BackupRequest, request.body)
      if (!path.isAbsolute(target)) throw new HubError(errorCodes.validationFailed, '/target must be an absolute path')
      return work.answer(reply, 'a backup', (report) => backUp(parts, target, report))
    },
  )

  app.post(
    '/api/admin/lease/take',
    {
      ...guarded,
      schema: {
        ...described,
        summary: 'Take the store from another hub with the same id, which goes read-only',
        response: { 200: LeaseStatus },
      },
    },
    () => {
      if (parts.takeLease === undefined) throw new HubError(errorCodes.notReady, 'This hub keeps no lease')
      return parts.takeLease()
    },
  )

  app.post(
    '/api/admin/enrolment-codes',
    {
      ...guarded,
      schema: {
        ...described,
        summary: "A manager's one-time code for the enrolment of a till",
        body: EnrolmentCodeRequest,
        response: { 201: EnrolmentCode },
      },
    },
    async (request, reply) => {
      const { by } = parseInput(EnrolmentCodeRequest, request.body)
      if (parts.makeEnrolmentCode === undefined) throw new HubError(errorCodes.notReady, 'This hub enrols no tills')
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await parts.makeEnrolmentCode(by))
    },
  )

  app.addHook('preClose', () => work.stop(stopGraceMs))
}

async function backUp(
  { store, directory, storeId, hubVersion, append }: AdministrationParts,
  target: string,
  report: ReportProgress,
): Promise<BackupReport> {
  const written = await writeBackup({
    store,
    target,
    storeId,
    hubVersion,
    onProgress: ({ step, share }) => report({ step, share }),
  })
  const done = backupReport(written)
  const { databases } = written.manifest
  await noteLastBackup(directory, { at: done.createdAt, target, bytes: done.bytes, documents: done.documents })
  await append({
    kind: 'backup-written',
    sequences: Object.fromEntries(databases.map(({ name, sequence }) => [name, sequence])),
    bytes: done.bytes,
  })
  return done
}
