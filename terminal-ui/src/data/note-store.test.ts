import { expect, test } from 'vitest'
import { memoryBrowser } from '../testing/memory-databases.ts'
import { NoteStore } from './note-store.ts'
import type { Fields } from './pouch-types.ts'

function openNotes() {
  const open = memoryBrowser()
  return { database: open('notes'), notes: new NoteStore(() => open('notes')) }
}

test('what is remembered is what is stored: after writes at once, a failed one, and one by somebody else', async () => {
  const { database } = openNotes()
  const notes = new NoteStore(() => database)
  const reopened = () => new NoteStore(() => database)
  await Promise.all([1, 2, 3].map((number) => notes.write('cart', number)))
  expect(await notes.read('cart')).toBe(await reopened().read('cart'))

  const put = database.put.bind(database)
  Object.assign(database, { put: () => Promise.reject(new Error('no room')) })
  await expect(notes.write('cart', 'lost')).rejects.toThrow('no room')
  Object.assign(database, { put: (document: Fields) => put(document) })
  expect(await notes.read('cart')).toBe(await reopened().read('cart'))

  await reopened().write('cart', 'theirs')
  await notes.write('cart', 'mine')
  expect(await reopened().read('cart')).toBe('mine')
})

test('notes under a prefix are listed in order, without those that were forgotten', async () => {
  const { database, notes } = openNotes()
  await database.put({ _id: 'refusal:b', value: 'b' })
  await notes.write('refusal:c', 'c')
  expect(await notes.valuesUnder('refusal:')).toEqual(['b', 'c'])
  await notes.write('refusal:a', ['a'])
  await notes.forget('refusal:b')
  await notes.forget('refusal:never')
  expect(await notes.valuesUnder('refusal:')).toEqual([['a'], 'c'])
  await notes.write('refusal:b', 'again')
  expect(await notes.valuesUnder('refusal:')).toEqual([['a'], 'again', 'c'])
})
