/**
 * The version of what this browser keeps. An older one is brought forward step by step, each step noted when it is done, so that a tab
 * that dies in between goes on where it stopped; every step may be run twice. A newer one is left alone: this till would not
 * understand it, and might write what the newer one can't read.
 */
import { NoteStore } from './note-store.ts'
import type { PushedPosition } from './sync-positions.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

/** Brings the data from the version before to the next. */
export type Migration = (databases: TerminalDatabases) => Promise<void>

/** The step at index 0 leads from version 1 to 2. Version 1 is what the first release wrote, with or without a note of it. */
const migrations: readonly Migration[] = [rebuildCatalogSnapshot, movePositions]

export type DataReadiness =
  { readonly outcome: 'ready' } | { readonly outcome: 'newer'; readonly found: number; readonly known: number }

export async function prepareData(
  databases: TerminalDatabases,
  steps: readonly Migration[] = migrations,
): Promise<DataReadiness> {
  const { device } = databases
  const known = steps.length + 1
  let version = (await device.read('data-version'))?.version ?? (await versionWithoutNote(databases, known))
  if (version > known) return { outcome: 'newer', found: version, known }
  for (; version < known; version += 1) {
    await steps[version - 1]?.(databases)
    await device.write('data-version', { version: version + 1 })
  }
  return { outcome: 'ready' }
}

/** A browser that was never a till has nothing to bring forward. */
async function versionWithoutNote({ device }: TerminalDatabases, known: number): Promise<number> {
  if ((await device.read('enrolment')) !== undefined) return 1
  await device.write('data-version', { version: known })
  return known
}

/** 1 → 2: a product in the snapshot may lack what this release wants to know of it; the catalogue itself has it. */
async function rebuildCatalogSnapshot({ device }: TerminalDatabases): Promise<void> {
  await device.forget('catalog-snapshot')
}

/** 2 → 3: how far each database was sent lay among the settings. Without it a till would call everything unsent until it sees its hub. */
async function movePositions(databases: TerminalDatabases): Promise<void> {
  const notes = new NoteStore(() => databases.named('device'))
  for (const name of [...(await databases.salesDatabases()), 'inventory']) {
    const position = (await notes.read(`position:${name}`)) as PushedPosition | undefined
    if (position !== undefined) await databases.positions.writePushed(name, position)
    await notes.forget(`position:${name}`)
  }
}
