import { HubReport, schemaProblems } from '@tidemark/contracts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pouchOf } from '../pouchdb/index.ts'
import { eventually, startStore, type StoreSystem } from '../testing/index.ts'

const reportTimings = { lookEveryMs: 100, sendEveryMs: 60_000, behindAfterMs: 300 }
let system: StoreSystem

beforeEach(async () => {
  system = await startStore()
})
afterEach(() => system.close())

async function reportAtCentral(): Promise<HubReport | undefined> {
  const database = system.central.store.database('store-s001-hub')
  if (database === undefined) return undefined
  const body: unknown = await pouchOf(database)
    .get('report')
    .catch(() => undefined)
  if (body === undefined) return undefined
  expect(schemaProblems(HubReport, body)).toEqual([])
  return body as HubReport
}

const until = (what: string, holds: (report: HubReport) => boolean) =>
  eventually(what, async () => {
    const report = await reportAtCentral()
    return report !== undefined && holds(report) && report
  })

it('head office hears of a till at once, of nothing new not at all, and goes on after the line was cut and the hub restarted', async () => {
  const hub = await system.startHub({ reportTimings })
  const first = await until('the first report', () => true)
  expect(first).toMatchObject({ storeId: 's001', name: 'Harbour Street', everySeconds: 60, refusedDocuments: 0 })
  expect(first.classes.map(({ entityClass }) => entityClass).sort()).toEqual([
    'catalog',
    'conflicts',
    'inventory',
    'sales',
    'sync-log',
  ])

  await hub.enrolWhenReady(1)
  await until('the till', ({ terminals }) => terminals.enrolled === 1)

  system.centralLink.cut()
  await hub.enrolWhenReady(2)
  expect((await reportAtCentral())?.terminals.enrolled).toBe(1)
  system.centralLink.restore()
  await until('the till that came meanwhile', ({ terminals }) => terminals.enrolled === 2)

  // That it has caught up is told; then there is nothing more to tell.
  const calm = await eventually('the report of a calm store stays as it is', async () => {
    const report = await until('a calm store', ({ classes }) =>
      classes.every(({ unsent, unpublished }) => unsent.documents + unpublished.documents === 0),
    )
    await new Promise((resolve) => setTimeout(resolve, 10 * reportTimings.lookEveryMs))
    return (await reportAtCentral())?.at === report.at && report
  })

  const { epoch } = calm
  await hub.close()
  const again = await system.startHub({ reportTimings })
  await until('the report of the next process', (report) => report.startedAt !== calm.startedAt)
  expect((await again.status()).epoch).toBe(epoch)
})
