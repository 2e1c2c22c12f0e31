import { expect, test } from 'vitest'
import { loadServiceConfig } from './config.ts'

test('every problem of the environment is named at once, and a password is never repeated', () => {
  const loaded = loadServiceConfig({ PORT: '70000', COUCHDB_URL: 'ftp://admin:secret@host', LOG_LEVEL: 'loud' })
  expect(loaded).toMatchObject({
    ok: false,
    problems: [
      'PORT must be a number from 0 to 65535',
      'COUCHDB_URL must be a URL that starts with http:// or https://',
      'NATS_URL is missing',
      expect.stringMatching(/^LOG_LEVEL must be one of/),
    ],
  })
  expect(JSON.stringify(loaded)).not.toContain('secret')
})

test('a good environment is a frozen object with its defaults', () => {
  const loaded = loadServiceConfig({
    PORT: '4711',
    COUCHDB_URL: 'http://a:b@127.0.0.1:4701',
    NATS_URL: 'nats://127.0.0.1:4702',
  })
  expect(loaded).toMatchObject({ ok: true, config: { host: '127.0.0.1', port: 4711, logLevel: 'info' } })
  expect(loaded.ok && Object.isFrozen(loaded.config)).toBe(true)
})
