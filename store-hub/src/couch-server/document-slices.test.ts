import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sliceDocuments } from './document-slices.ts'

test('the slices of any batch are its documents, one by one', () => {
  const spaces = fc.constantFrom('', ' ', '\n\t ')
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.jsonValue(), spaces, (docs, other, space) => {
      const list = docs.map((document) => JSON.stringify(document)).join(`${space},${space}`)
      const rest = `${JSON.stringify('"docs":[')}:${JSON.stringify({ docs: other })}`
      const json = Buffer.from(
        `${space}{${rest},${space}"docs"${space}:${space}[${space}${list}${space}]${space},"z":1}`,
      )
      const slices = sliceDocuments(json)
      expect(slices.map(({ start, end }) => json.toString('utf8', start, end))).toEqual(
        docs.map((document) => JSON.stringify(document)),
      )
    }),
  )
})

test('of two lists of documents the last counts, as it does for JSON.parse', () => {
  const json = Buffer.from('{"docs":[1,2],"\\u0064ocs":[{"a":"]"}]}')
  expect(sliceDocuments(json)).toHaveLength(1)
  expect(sliceDocuments(Buffer.from('{"docs":7}'))).toEqual([])
})
