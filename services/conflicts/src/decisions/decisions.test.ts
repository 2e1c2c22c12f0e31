import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '@tidemark/service-kit'
import { sampleMovement, signToken } from '@tidemark/service-kit/test-support'
import { product, rev, stamp, startDesk, taxRate, type DeskSystem, type Fields } from '../../test/desk-system.ts'

let system: DeskSystem
beforeAll(async () => {
  system = await startDesk()
})
afterAll(async () => {
  await system?.stop()
})

const pathOf = (id: string, step: string) => `/conflicts/${encodeURIComponent(id)}/${step}`

async function twoLeaves(database: string, first: Fields, second: Fields, base?: Fields): Promise<void> {
  if (base === undefined) {
    await system.replicate(database, first, rev(1, 'a'))
    return system.replicate(database, second, rev(1, 'b'))
  }
  await system.replicate(database, base, rev(1, '0'))
  await system.replicate(database, first, rev(2, 'a'), rev(1, '0'))
  await system.replicate(database, second, rev(2, 'b'), rev(1, '0'))
}

describe('a rule decides', () => {
  interface Row {
    readonly what: string
    readonly id: string
    readonly bodies: readonly [Fields, Fields]
    readonly base?: Fields
    readonly policy: string
    readonly stands: Fields
    readonly words: RegExp
  }
  const other = (minute: number, node: string, text: string) => ({
    _id: 'list:one',
    type: 'shopping-list',
    at: stamp(minute, node),
    text,
  })
  const rows: readonly Row[] = [
    {
      what: 'field merge: a name here and a price there are both kept',
      id: 'product:merge',
      bodies: [product('merge', 3, 's001t01', { name: 'Milch' }), product('merge', 2, 's001t02', { priceMinor: 129 })],
      base: product('merge', 1, 'hq'),
      policy: 'field-merge',
      stands: {
        name: 'Milch',
        priceMinor: 129,
        fieldTimes: { name: stamp(3, 's001t01'), priceMinor: stamp(2, 's001t02') },
      },
      words: /price: .*left it at 100.*; 129 stands/,
    },
    {
      what: 'server wins, although the store wrote later',
      id: 'tax-rate:server',
      bodies: [taxRate('server', 2, 'hq', { name: 'ours' }), taxRate('server', 8, 's001hub', { name: 'theirs' })],
      policy: 'server-wins',
      stands: { name: 'ours', at: stamp(2, 'hq') },
      words: /its version .* stands/,
    },
    {
      what: 'last write wins',
      id: 'list:one',
      bodies: [other(5, 's001t01', 'late'), other(4, 's001t02', 'early')],
      policy: 'last-write-wins',
      stands: { text: 'late' },
      words: /the last written stands: that of store s001/,
    },
  ]
  test.each(rows)('$what; both bodies are kept, and stores hear of it', async ({ id, bodies, base, ...expected }) => {
    await twoLeaves('catalog', bodies[0], bodies[1], base)
    const found = await system.caseOf(id, 'resolved')
    const leaves = await system.leavesOf('catalog', id)
    expect(leaves).toHaveLength(1)
    expect(leaves[0]).toMatchObject(expected.stands)
    expect(found).toMatchObject({ policy: expected.policy, decision: { kind: 'rule', rev: leaves[0]?._rev } })
    expect(found.resolution).toBe(`revision ${leaves[0]?._rev} stands: decided by the rule ${expected.policy}`)
    expect(found.leaves.map(({ body }) => body)).toEqual(expect.arrayContaining([...bodies]))
    expect(found.explanation.join('\n')).toMatch(expected.words)
    expect(await openDatabase(system.client, 'store-s001-conflicts').get(found.id)).toMatchObject({
      status: 'resolved',
      decision: { kind: 'rule' },
    })
  })

  test('two processes that decide at once write one revision', async () => {
    const another = await system.startAnother()
    const skus = Array.from({ length: 15 }, (_, index) => `twin-${index}`)
    for (const sku of skus) {
      const [name, category] = [{ name: 'Milch' }, { category: 'Cheese' }]
      await twoLeaves('catalog', product(sku, 2, 's001t01', name), product(sku, 3, 's001t02', category))
    }
    for (const sku of skus) await system.caseOf(`product:${sku}`, 'resolved')
    await another.service.stop()
    for (const sku of skus) {
      const leaves = await system.leavesOf('catalog', `product:${sku}`)
      expect(leaves).toMatchObject([{ name: 'Milch', category: 'Cheese', _rev: expect.stringMatching(/^2-/) }])
      expect(await system.casesOf(`product:${sku}`)).toHaveLength(1)
    }
  })
})

describe('a person decides', () => {
  const mine = product('price', 2, 's001t01', { priceMinor: 119 })
  const theirs = product('price', 3, 's001t02', { priceMinor: 129 })

  test('sees base, both sides and a suggestion; tries, decides once, and takes it back', async () => {
    await twoLeaves('catalog', mine, theirs, product('price', 1, 'hq'))
    const found = await system.caseOf('product:price', 'open')
    expect(found).toMatchObject({
      needsPerson: true,
      base: { rev: rev(1, '0'), body: { priceMinor: 100 } },
      leaves: [{ body: theirs }, { body: mine }],
      suggestion: { priceMinor: 129 },
      explanation: [expect.stringMatching(/^price: store s001 has 129, .*; price needs a person$/)],
    })
    const choice = { kind: 'choose', rev: rev(2, 'a'), note: 'as on the shelf' }
    const tried = await system.desk.send('POST', pathOf(found.id, 'dry-run'), choice)
    expect(tried).toMatchObject({
      status: 200,
      body: {
        document: { priceMinor: 119 },
        follows: rev(2, 'b'),
        ends: [rev(2, 'a')],
        changes: [{ field: 'priceMinor', standing: 129, requested: 119 }],
      },
    })
    expect(await system.leavesOf('catalog', 'product:price')).toHaveLength(2)

    const viewer = await signToken({ roles: ['viewer'] })
    const ofOneStore = await signToken({ roles: ['manager'], stores: ['s001'] })
    const mara = await signToken({ roles: ['manager'], subject: 'mara', name: 'Mara' })
    const ofOther = await signToken({ roles: ['viewer'], stores: ['s009'] })
    const resolve = (body: Fields, token: string) => system.desk.send('POST', pathOf(found.id, 'resolve'), body, token)
    expect((await resolve(choice, viewer)).status).toBe(403)
    expect((await resolve(choice, ofOneStore)).status).toBe(403)
    expect((await system.desk.get(`/conflicts/${encodeURIComponent(found.id)}`, ofOther)).status).toBe(403)
    expect(await resolve({ kind: 'choose', rev: '7-c' }, mara)).toMatchObject({
      status: 400,
      body: { problems: [{ field: '/body/rev' }] },
    })
    expect(await resolve({ kind: 'merge', body: { ...mine, priceMinor: 'ten' } }, mara)).toMatchObject({
      status: 400,
      body: { problems: [{ field: '/body/body/priceMinor' }] },
    })

    const decided = await resolve(choice, mara)
    expect(decided).toMatchObject({ status: 200, body: { status: 'resolved', decision: { by: { id: 'mara' } } } })
    expect(decided.body['resolution']).toMatch(/stands: 2-a+ chosen by Mara \(as on the shelf\)$/)
    const [standing, ...more] = await system.leavesOf('catalog', 'product:price')
    expect(more).toEqual([])
    expect(standing).toMatchObject({ priceMinor: 119, by: { id: 'mara', role: 'head-office' } })
    // An old copy of the other price must not win later.
    expect(standing).toMatchObject({ fieldTimes: { priceMinor: standing?.['at'] } })
    expect(await resolve(choice, mara)).toEqual(decided)
    expect(await resolve({ kind: 'choose', rev: rev(2, 'b') }, mara)).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/decided before: .* chosen by Mara/) },
    })

    const undo = (body: Fields = {}) => system.desk.send('POST', pathOf(found.id, 'undo'), body, mara)
    expect(await undo({ rev: rev(2, 'a') })).toMatchObject({ status: 422 })
    const undone = await undo()
    expect(undone).toMatchObject({ status: 200, body: { undone: { restored: rev(2, 'b'), by: { id: 'mara' } } } })
    expect(await undo()).toEqual(undone)
    expect(await system.leavesOf('catalog', 'product:price')).toMatchObject([
      { priceMinor: 129, _rev: expect.stringMatching(/^4-/) },
    ])
    expect((await undo({ rev: rev(2, 'a') })).status).toBe(409)
  })

  test('a decision on leaves that are others now writes nothing and names the case that is open now', async () => {
    const at = (letter: string) =>
      system.replicate('catalog', product('late', 2, 's001t01', { priceMinor: letter.charCodeAt(0) }), rev(1, letter))
    await at('a')
    await at('b')
    const found = await system.caseOf('product:late', 'open')
    await at('c')
    const answer = await system.desk.send('POST', pathOf(found.id, 'resolve'), { kind: 'choose', rev: rev(1, 'a') })
    expect(answer).toMatchObject({ status: 409 })
    expect(await system.leavesOf('catalog', 'product:late')).toHaveLength(3)
    const current = (await system.caseOf('product:late', 'open')).id
    expect(answer.body['detail']).toContain(current)
    const taken = await system.desk.send('POST', pathOf(current, 'resolve'), { kind: 'suggestion' })
    expect(taken.status).toBe(200)
    expect(await system.leavesOf('catalog', 'product:late')).toMatchObject([{ priceMinor: 99 }])
  })

  test('of two people who decide at once one is told that the other was first', async () => {
    const prices = [1, 2].map((price) => product('rivals', price, 's001t01', { priceMinor: price }))
    await twoLeaves('catalog', prices[0] ?? {}, prices[1] ?? {})
    const found = await system.caseOf('product:rivals', 'open')
    const decide = async (subject: string, letter: string) => {
      const token = await signToken({ roles: ['manager'], subject })
      return system.desk.send('POST', pathOf(found.id, 'resolve'), { kind: 'choose', rev: rev(1, letter) }, token)
    }
    const answers = await Promise.all([decide('anna', 'a'), decide('bert', 'b')])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const [standing, ...more] = await system.leavesOf('catalog', 'product:rivals')
    expect(more).toEqual([])
    expect(standing).toMatchObject(answers[0]?.status === 200 ? { priceMinor: 1 } : { priceMinor: 2 })
  })

  test('a decision that was recorded and not carried out is finished by the next process', async () => {
    await twoLeaves(
      'catalog',
      product('cut', 2, 's001t01', { priceMinor: 1 }),
      product('cut', 3, 'hq', { priceMinor: 2 }),
    )
    const found = await system.caseOf('product:cut', 'open')
    const tried = await system.desk.send('POST', pathOf(found.id, 'dry-run'), { kind: 'choose', rev: rev(1, 'a') })
    const by = { id: 'mara', role: 'head-office' }
    const body = tried.body['document']
    const decision = { kind: 'choose', rev: '2-unknown', at: stamp(5, 'hq'), by, chosen: rev(1, 'a'), body }
    await openDatabase(system.client, 'conflict-desk').update(found.id, (current) => ({
      ...current,
      _id: found.id,
      decision,
    }))
    const next = await system.startAnother()
    await system.replicate('catalog', product('anything', 1, 'hq'), rev(1, 'a'))
    await system.caseOf('product:cut', 'resolved')
    expect(await system.leavesOf('catalog', 'product:cut')).toMatchObject([{ priceMinor: 1 }])
    await next.service.stop()
  })

  test('a decision is not taken back when the document was edited since, and the reason is told', async () => {
    await twoLeaves('catalog', taxRate('edited', 2, 'hq'), taxRate('edited', 3, 's001hub', { name: 'x' }))
    const found = await system.caseOf('tax-rate:edited', 'resolved')
    const [standing] = await system.leavesOf('catalog', 'tax-rate:edited')
    const edit = { ...standing, ...taxRate('edited', 9, 's002hub', { name: 'y' }) }
    await openDatabase(system.client, 'catalog').bulkInsert([edit])
    const answer = await system.desk.send('POST', pathOf(found.id, 'undo'), { rev: rev(1, 'b') })
    expect(answer.status).toBe(409)
    expect(answer.body['detail']).toMatch(/store s002 edited the document since, in revision 3-/)
  })

  test('two contents of what may never change are an alarm: nothing is written, nobody decides', async () => {
    const movement = (quantity: number) =>
      sampleMovement('s001', 7, [{ sku: 'milk', quantity }], Date.UTC(2026, 10, 22))
    await twoLeaves('store-s001-inventory', movement(5), movement(6))
    const found = await system.caseOf(movement(5)._id, 'open')
    expect(found).toMatchObject({ policy: 'immutable', needsPerson: true, suggestion: null })
    expect(found.explanation[0]).toMatch(/^integrity alarm/)
    const answer = await system.desk.send('POST', pathOf(found.id, 'resolve'), { kind: 'choose', rev: rev(1, 'a') })
    expect(answer).toMatchObject({ status: 422, body: { code: 'not-possible' } })
    expect(await system.leavesOf('store-s001-inventory', movement(5)._id)).toHaveLength(2)
  })

  test('two revisions of one content of what may never change are no alarm', async () => {
    const movement = sampleMovement('s001', 8, [{ sku: 'milk', quantity: 5 }], Date.UTC(2026, 10, 22))
    await twoLeaves('store-s001-inventory', movement, movement)
    const found = await system.caseOf(movement._id, 'resolved')
    expect(found).toMatchObject({ resolution: 'every version says the same', decision: null })
    expect(await system.leavesOf('store-s001-inventory', movement._id)).toHaveLength(2)
  })
})

describe('a change of a store that lost against head office', () => {
  async function request(code: string): Promise<{ id: string; path: string }> {
    const theirs = taxRate(code, 8, 's001hub', { rateBasisPoints: 500 })
    await twoLeaves('catalog', taxRate(code, 2, 'hq'), theirs)
    await system.caseOf(`tax-rate:${code}`, 'resolved')
    const { body } = await system.desk.get('/change-requests?status=open&storeId=s001&limit=100')
    const items = body['items'] as readonly { id: string; documentId: string; changes: unknown }[]
    const found = items.find(({ documentId }) => documentId === `tax-rate:${code}`)
    expect(found?.changes).toEqual([{ field: 'rateBasisPoints', standing: 700, requested: 500 }])
    return { id: found?.id ?? '', path: `/change-requests/${encodeURIComponent(found?.id ?? '')}` }
  }

  test('is accepted: the field is changed on the document as it is now, once', async () => {
    const { path } = await request('accepted')
    const [present] = await system.leavesOf('catalog', 'tax-rate:accepted')
    await openDatabase(system.client, 'catalog').bulkInsert([{ ...present, _id: 'tax-rate:accepted', name: 'Renamed' }])
    const accepted = await system.desk.send('POST', `${path}/accept`, {})
    expect(accepted).toMatchObject({ status: 200, body: { status: 'accepted', answer: { by: { id: 'test-admin' } } } })
    const leaves = await system.leavesOf('catalog', 'tax-rate:accepted')
    expect(leaves).toMatchObject([{ rateBasisPoints: 500, name: 'Renamed', by: { role: 'head-office' } }])
    expect(await system.desk.send('POST', `${path}/accept`, {})).toEqual(accepted)
    expect(await system.leavesOf('catalog', 'tax-rate:accepted')).toEqual(leaves)
    expect((await system.desk.send('POST', `${path}/refuse`, { reason: 'too late' })).status).toBe(409)
  })

  test('is not accepted over a later change of the same field, and can be refused with a reason', async () => {
    const { path } = await request('refused')
    const [present] = await system.leavesOf('catalog', 'tax-rate:refused')
    await openDatabase(system.client, 'catalog').bulkInsert([
      { ...present, _id: 'tax-rate:refused', rateBasisPoints: 900 },
    ])
    expect(await system.desk.send('POST', `${path}/accept`, {})).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/rateBasisPoints/) },
    })
    expect((await system.desk.send('POST', `${path}/refuse`, {})).body['problems']).toMatchObject([
      { field: '/body/reason' },
    ])
    expect(await system.desk.send('POST', `${path}/refuse`, { reason: 'the law says 9 %' })).toMatchObject({
      status: 200,
      body: { status: 'refused', answer: { reason: 'the law says 9 %' } },
    })
    // The store reads the answer in its copy of the case.
    const { id } = await system.caseOf('tax-rate:refused', 'resolved')
    const copy = await openDatabase(system.client, 'store-s001-conflicts').get(id)
    const told = /^the change of store s001 was refused by .* UTC: the law says 9 %$/
    expect(copy).toMatchObject({ explanation: expect.arrayContaining([expect.stringMatching(told)]) })
    expect(await system.leavesOf('catalog', 'tax-rate:refused')).toMatchObject([{ rateBasisPoints: 900 }])
  })
})
