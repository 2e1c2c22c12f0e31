import { describe, expect, it } from 'vitest'
import { agree, maxHistory, nextNote, type CheckpointNote, type LocalCheckpoint } from './checkpoint.ts'

const central = 'c'.repeat(32)
/** Notes of one session after another: 2 of `one`, 3 of `two`. */
const notes: CheckpointNote<number>[] = []
for (const [session, position] of [
  ['one', 10],
  ['one', 20],
  ['two', 30],
  ['two', 40],
  ['two', 50],
] as const) {
  notes.push(nextNote(notes.at(-1), session, position))
}
const note = (number: number): CheckpointNote<number> => {
  const found = notes[number - 1]
  if (found === undefined) throw new Error('no such note')
  return found
}
const here = (number: number, centrals = [central]): LocalCheckpoint<number> => ({
  ...note(number),
  epoch: 'e'.repeat(32),
  lastSuccessAt: null,
  sentThrough: 0,
  refused: {},
  centrals,
})

describe('where both sides agree to go on', () => {
  it('is what central noted, when the store knows the note', () => {
    expect(agree(here(5), note(5), central)).toEqual({ kind: 'agreed', position: 50 })
    // Killed between the two notes, or central was restored from a backup.
    expect(agree(here(5), note(4), central)).toEqual({ kind: 'agreed', position: 40 })
    expect(agree(here(5), note(2), central)).toEqual({ kind: 'agreed', position: 20 })
  })

  it('is the beginning, when central knows nothing, is another, or has a note that is too old to be known', () => {
    const beginning = { kind: 'agreed', position: undefined }
    expect(agree(undefined, undefined, central)).toEqual(beginning)
    expect(agree(here(5), undefined, central)).toEqual(beginning)
    expect(agree(here(5), note(5), 'd'.repeat(32))).toEqual(beginning)
    let late = note(5)
    for (let session = 0; session <= maxHistory; session += 1) late = nextNote(late, `session ${session}`, 60)
    expect(agree({ ...here(5), ...late }, note(2), central)).toEqual(beginning)
  })

  it('is nowhere when central knows more than the store, which then went back in time', () => {
    expect(agree(here(4), note(5), central)).toEqual({ kind: 'rewound', remembered: 5, present: 4 })
    expect(agree(here(2), note(3), central)).toEqual({ kind: 'rewound', remembered: 3, present: 2 })
    expect(agree(undefined, note(1), central)).toEqual({ kind: 'rewound', remembered: 1, present: 0 })
    // It made notes of its own since, as many as central knows.
    const gone = nextNote(nextNote(note(1), 'other', 12), 'other', 14)
    expect(agree({ ...here(1), ...gone }, note(2), central)).toEqual({ kind: 'rewound', remembered: 2, present: 3 })
    // Even in a session that began after the store's own copy was made.
    const further = ['a', 'b', 'c'].reduce((before, session) => nextNote(before, session, 60), note(2))
    expect(agree({ ...here(2), ...further }, note(3), central)).toEqual({ kind: 'rewound', remembered: 3, present: 5 })
  })
})
