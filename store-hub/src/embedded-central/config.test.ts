import { expect, test } from 'vitest'
import { loadConfig } from './config.ts'

test('a missing administrator and a bad port are named together', () => {
  expect(loadConfig({ CENTRAL_PORT: '99999', CENTRAL_USER: 'a:b' })).toEqual({
    ok: false,
    problems: [
      'CENTRAL_PORT: not a port: 99999',
      'CENTRAL_USER: must not contain a colon',
      "CENTRAL_PASSWORD: the administrator's password is missing",
    ],
  })
})

test('only the administrator has to be given', () => {
  expect(loadConfig({ CENTRAL_USER: 'admin', CENTRAL_PASSWORD: 'secret' })).toMatchObject({
    ok: true,
    config: { host: '127.0.0.1', port: 5984 },
  })
})
