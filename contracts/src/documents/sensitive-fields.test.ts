import { expect, test } from 'vitest'
import { documentTypes } from './document-types.ts'
import { sensitivePathsOf } from './sensitive-fields.ts'

test('what says something about a customer or a card is sensitive, and the schemas are the only place that says so', () => {
  const marked = Object.keys(documentTypes).map((type) => [type, sensitivePathsOf(type).map((path) => path.join('/'))])
  const sold = [
    'customer/name',
    'customer/email',
    'customer/phone',
    'payments/*/token',
    'payments/*/authorisationCode',
    'payments/*/reference',
    'salt',
  ]
  expect(Object.fromEntries(marked.filter(([, paths]) => (paths ?? []).length > 0))).toEqual({
    sale: expect.arrayContaining(sold),
    refund: expect.arrayContaining(sold),
    conflict: ['leaves/*/body', 'base/body'],
  })
})
