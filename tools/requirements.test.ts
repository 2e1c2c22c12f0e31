// Every row of docs/requirements.md names a test: its file, and its name in it.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const repository = path.join(import.meta.dirname, '..')

interface Row {
  readonly requirement: string
  readonly file: string
  readonly name: string
}

function rows(): Row[] {
  const text = readFileSync(path.join(repository, 'docs/requirements.md'), 'utf8')
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ -]*\|[ -]*\|$/.test(line) && !/\| test +\|$/.test(line))
    .map((line) => {
      const [, requirement = '', test = ''] = line.split('|').map((cell) => cell.trim())
      const [, file = '', name = ''] = /^`([^`]+)` (.+)$/.exec(test) ?? []
      return { requirement, file, name }
    })
}

test('every requirement has a test that is there', () => {
  const all = rows()
  expect(all.length).toBeGreaterThan(40)
  const missing = all.filter(({ file, name }) => {
    const place = path.join(repository, file)
    return name === '' || !existsSync(place) || !readFileSync(place, 'utf8').includes(name)
  })
  expect(missing).toEqual([])
})
