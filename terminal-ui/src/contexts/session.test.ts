import type { Cashier } from '@tidemark/contracts'
import { beforeEach, expect, test } from 'vitest'
import { CatalogStore } from '../data/catalog-store.ts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { Session } from './session.ts'
import type { TillHost } from './till-host.ts'

const header = {
  schemaVersion: 1,
  storeId: 'hq',
  at: '2026-01-02T06:00:00.000Z-0000-hq',
  by: { id: 'hq', role: 'head-office' as const },
  type: 'cashier' as const,
  status: 'active' as const,
}
const daniel: Cashier = { ...header, _id: 'cashier:daniel', name: 'Daniel', role: 'cashier', pinVerifier: 'pin 1111' }
const aoife: Cashier = { ...header, _id: 'cashier:aoife', name: 'Aoife', role: 'manager', pinVerifier: 'pin 9999' }
const settings = { lockAtStart: false }

let now: Date
let browser: ReturnType<typeof memoryBrowser>

beforeEach(() => {
  now = new Date('2026-11-22T09:00:00Z')
  browser = memoryBrowser()
  settings.lockAtStart = false
})

/** A start of the page: everything but the disk is new. */
async function start(
  ...cashiers: Cashier[]
): Promise<{ session: Session; databases: TerminalDatabases; catalog: CatalogStore }> {
  const databases = memoryDatabases(browser)
  await put(databases, ...cashiers)
  const catalog = new CatalogStore(databases, 's001')
  await catalog.load()
  const till = { databases, catalog, enrolment: { storeId: 's001' }, settings, changed: () => undefined }
  // Argon2 itself is tested where it is: here a PIN is right when the verifier names it.
  const check = (verifier: string, pin: string) => Promise.resolve(verifier === `pin ${pin}`)
  const session = new Session(till as unknown as TillHost, check, () => now)
  await session.resume()
  return { session, databases, catalog }
}

async function put(databases: TerminalDatabases, ...cashiers: Cashier[]): Promise<void> {
  for (const cashier of cashiers) {
    const known = await databases.catalog.get(cashier._id).catch(() => undefined)
    await databases.catalog.put(known === undefined ? cashier : { ...cashier, _rev: known._rev })
  }
}

test('until head office has sent somebody with a PIN a name is enough, and then it is not', async () => {
  const { session, databases, catalog } = await start()
  expect(session.isSignInNeeded).toBe(true)
  await session.signInByName(' Anna Berg ')
  expect(session.isSignInNeeded).toBe(false)
  expect(session.author).toEqual({ id: 'anna-berg', role: 'cashier', name: 'Anna Berg' })
  expect((await start()).session.name).toBe('Anna Berg')
  await put(databases, daniel)
  await catalog.refresh()
  session.refresh()
  expect(session.isSignInNeeded).toBe(true)
})

test('a reload comes back to who was signed in, or to the lock when it was locked or the till is set so', async () => {
  const first = await start(daniel, aoife)
  expect(first.session.isSignInNeeded).toBe(true)
  expect(await first.session.signIn('daniel', '1111')).toMatchObject({ outcome: 'right', person: { name: 'Daniel' } })
  expect(first.session.author).toEqual({ id: 'daniel', role: 'cashier', name: 'Daniel' })
  const second = await start()
  expect([second.session.name, second.session.isSignInNeeded]).toEqual(['Daniel', false])
  settings.lockAtStart = true
  expect((await start()).session.isLocked).toBe(true)
  settings.lockAtStart = false
  await second.session.lock()
  const third = await start()
  expect(third.session.isLocked).toBe(true)
  await third.session.signIn('aoife', '9999')
  expect([third.session.name, third.session.role, third.session.isSignInNeeded]).toEqual(['Aoife', 'manager', false])
})

test('after five wrong PINs a reload does not help: there is a wait, also for the right one', async () => {
  const { session } = await start(daniel)
  const outcomes = []
  for (let attempt = 0; attempt < 5; attempt += 1) outcomes.push(await session.signIn('daniel', '0000'))
  expect(outcomes.map((outcome) => (outcome.outcome === 'wrong' ? outcome.triesLeft : outcome.outcome))).toEqual([
    4,
    3,
    2,
    1,
    'wait',
  ])
  const reloaded = await start()
  expect(await reloaded.session.signIn('daniel', '1111')).toEqual({ outcome: 'wait', waitMs: 30_000 })
  now = new Date(now.getTime() + 30_000)
  expect(await reloaded.session.signIn('daniel', '1111')).toMatchObject({ outcome: 'right' })
  expect(await reloaded.session.signIn('daniel', '0000')).toEqual({ outcome: 'wrong', triesLeft: 4 })
})

test.each([
  ['suspended', { ...daniel, status: 'suspended' as const }],
  ['given another PIN', { ...daniel, pinVerifier: 'pin 7777' }],
  ['moved to another store', { ...daniel, stores: ['s002'] }],
])('who is %s has to sign in again', async (_how, changed) => {
  const { session, databases, catalog } = await start(daniel, aoife)
  await session.signIn('daniel', '1111')
  await put(databases, changed)
  await catalog.refresh()
  session.refresh()
  expect(session.isSignInNeeded).toBe(true)
  expect((await start()).session.isSignInNeeded).toBe(true)
})

test('a grant that is over lets nobody in, and ends a session at the next start', async () => {
  const { session } = await start({ ...daniel, grantExpiresAt: '2026-11-23T00:00:00Z' }, aoife)
  await session.signIn('daniel', '1111')
  now = new Date('2026-11-23T08:00:00Z')
  const next = await start()
  expect(next.session.isLocked).toBe(true)
  expect(await next.session.signIn('daniel', '1111')).toEqual({ outcome: 'grant-over' })
  expect(await next.session.signIn('aoife', '9999')).toMatchObject({ outcome: 'right' })
})

test('a manager’s PIN gives consent in the manager’s name, a cashier’s does not, and a refusal is nobody', async () => {
  const { session } = await start(daniel, aoife)
  await session.signIn('daniel', '1111')
  const question = { permission: 'discount', reason: '20 % off' } as const
  const asked = session.askConsent(question)
  expect(session.consent).toMatchObject(question)
  expect(await session.giveConsent('daniel', '1111')).toEqual({ outcome: 'unknown' })
  expect(await session.giveConsent('aoife', '1111')).toMatchObject({ outcome: 'wrong' })
  await session.giveConsent('aoife', '9999')
  expect(await asked).toEqual({ id: 'aoife', role: 'manager', name: 'Aoife' })
  expect([session.consent, session.name]).toEqual([undefined, 'Daniel'])

  const refused = session.askConsent(question)
  session.refuseConsent()
  expect(await refused).toBeUndefined()
  const left = session.askConsent(question)
  await session.lock()
  expect(await left).toBeUndefined()
  await session.signIn('aoife', '9999')
  expect(await session.askConsent(question)).toMatchObject({ id: 'aoife' })
})

test('while no manager has a PIN, whoever stands there answers for it', async () => {
  const { session } = await start(daniel)
  await session.signIn('daniel', '1111')
  const asked = session.askConsent({ permission: 'refund', reason: 'Refund of 4.20' })
  session.takeResponsibility()
  expect(await asked).toEqual({ id: 'daniel', role: 'cashier', name: 'Daniel' })
})
