import { expect, test } from 'vitest'
import { shareAnswers } from './share-answers.ts'

test('those who ask at once share one answer, which is handed out for ten times as long as it took', async () => {
  let now = 0
  let made = 0
  const answers = shareAnswers(
    async (key) => {
      made += 1
      const number = made
      await Promise.resolve()
      now += 100
      return `${key}${number}`
    },
    () => now,
  )
  expect(await Promise.all([answers.get('a'), answers.get('a'), answers.get('b')])).toEqual(['a1', 'a1', 'b2'])
  now = 900
  expect(await answers.get('a')).toBe('a1')
  now = 5000
  expect(await answers.get('a')).toBe('a3')
})

test('a failure is told to those who wait and not kept', async () => {
  let tries = 0
  const answers = shareAnswers(async () => {
    tries += 1
    if (tries === 1) throw new Error('away')
    return tries
  })
  await expect(answers.get('a')).rejects.toThrow('away')
  expect(await answers.get('a')).toBe(2)
})
