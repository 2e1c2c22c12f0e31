/** Opens the store itself, where no hub runs on the data folder. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { QuarantineState } from '@tidemark/contracts'
import { pino } from 'pino'
import {
  backupReport,
  compactStore,
  listDatabases,
  noteLastBackup,
  readDisk,
  readLastBackup,
  storeIdOf,
  verifyStore,
} from '../administration/index.ts'
import { writeBackup } from '../backup/index.ts'
import { createQuarantine, type Quarantine } from '../quarantine/index.ts'
import { openStore, StoreError, type Store } from '../store/index.ts'
import { hubVersion } from '../version.ts'
import { CliError } from './cli-error.ts'
import type { HubAccess } from './hub-access.ts'

export async function openStoppedHub(dataDirectory: string): Promise<HubAccess> {
  await requireDataFolder(dataDirectory)
  const store = await open(dataDirectory)
  const quarantine = quarantineOf(store)
  const needsHub = (): Promise<never> =>
    Promise.reject(new CliError('not-running', 'This needs the hub: start it, and try again'))

  return {
    isRunning: false,
    overview: async () => ({
      dataDirectory,
      epoch: store.uuid,
      epochReason: store.epoch.reason ?? null,
      storeId: storeIdOf(store),
      hub: null,
      databases: listDatabases(store),
      quarantine: quarantine?.size() ?? { open: 0, total: 0 },
      disk: await readDisk(dataDirectory),
      lastBackup: await readLastBackup(dataDirectory),
    }),
    compact: (databases, report) => compactStore(store, databases, report),
    verify: (report) => verifyStore(store, report),
    async backup(target, report) {
      const storeId = storeIdOf(store)
      const done = backupReport(await writeBackup({ store, target, storeId, hubVersion, onProgress: report }))
      await noteLastBackup(dataDirectory, { at: done.createdAt, target, bytes: done.bytes, documents: done.documents })
      return done
    },
    listQuarantine: ({ state, ...filter }) =>
      quarantine?.list({ ...filter, state: state as QuarantineState | undefined }) ??
      Promise.resolve({ items: [], nextAfter: null, open: 0, total: 0 }),
    readQuarantine: (id) =>
      quarantine?.read(id) ?? Promise.reject(new CliError('not-found', 'The quarantine of this hub is empty')),
    offer: needsHub,
    discard: needsHub,
    restore: needsHub,
    takeLease: needsHub,
    importFile: needsHub,
    makeEnrolmentCode: needsHub,
    async close() {
      await quarantine?.close()
      await store.close()
    },
  }
}

async function requireDataFolder(dataDirectory: string): Promise<void> {
  const databases = await stat(path.join(dataDirectory, 'databases')).catch(() => undefined)
  if (databases?.isDirectory() === true) return
  throw new CliError('no-data-folder', `${dataDirectory} is not the data folder of a hub`)
}

async function open(directory: string): Promise<Store> {
  try {
    return await openStore({ directory })
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const isHeld = error.code === 'store_in_use'
    const message = isHeld
      ? `A process holds ${directory}, and does not answer as a hub: it may be starting or stopping. Try again in a moment`
      : error.message
    throw new CliError(error.code, message, 1, { cause: error })
  }
}

function quarantineOf(store: Store): Quarantine | undefined {
  const database = store.database('quarantine')
  if (database === undefined) return undefined
  return createQuarantine({
    database,
    databaseOf: store.database,
    append: () => Promise.reject(new Error('the sync log is written by the hub')),
    logger: pino({ level: 'silent' }),
    now: () => new Date(),
  })
}
