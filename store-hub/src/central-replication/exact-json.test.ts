import { expect, it } from 'vitest'
import { parseExactly } from './exact-json.ts'

it.each([
  '{"n":12345678901234567890}',
  '{"n":-0.12345678901234567,"m":[1e400,1.5]}',
  '{"text":"12345678901234567890","n":1}',
  '{"__proto__":{"n":9007199254740993}}',
])('gives %s back as it came', (text) => {
  expect(JSON.stringify(parseExactly(text))).toBe(text)
})
