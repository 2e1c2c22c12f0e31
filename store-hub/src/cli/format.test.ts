import { expect, it } from 'vitest'
import { formatAgo, formatBytes, formatCount, formatDuration, formatTable, printable } from './format.ts'

it('writes figures as a person reads them', () => {
  expect([0, 999, 1000, 1_234_567, 250_000_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '1.2 MB',
    '250 GB',
  ])
  expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1 000', '1 234 567'])
  expect([0, 59_999, 61_000, 3_600_000, 90_061_000].map(formatDuration)).toEqual([
    '0 s',
    '59 s',
    '1 min 1 s',
    '1 h',
    '1 d 1 h',
  ])
  const now = Date.parse('2026-11-22T10:00:00Z')
  expect(['2026-11-22T09:58:30Z', '2026-11-22T10:00:00Z', null].map((time) => formatAgo(time, now))).toEqual([
    '1 min ago',
    'just now',
    'never',
  ])
})

it('aligns columns and leaves no spaces at the end of a line', () => {
  const table = formatTable(
    [{ title: 'NAME' }, { title: 'N', right: true }, { title: 'LAST' }],
    [
      ['a', '1 000', ''],
      ['größer', '2', 'x'],
    ],
  )
  expect(table).toBe('NAME        N  LAST\na       1 000\ngrößer      2  x')
})

it('lets no control characters of a document reach the screen', () => {
  expect(printable('a\u001b[2Jb\u202ec\n')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{a}')
})
