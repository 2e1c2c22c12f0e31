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
      expect.stringMatching(/^JWKS_URL or JWKS_FILE is missing/),
    ],
  })
  expect(JSON.stringify(loaded)).not.toContain('secret')
})

test('a good environment is a frozen object with its defaults', () => {
  const loaded = loadServiceConfig({
    PORT: '4711',
    COUCHDB_URL: 'http://a:b@127.0.0.1:4701',
    NATS_URL: 'nats://127.0.0.1:4702',
    JWKS_FILE: '/keys.json',
  })
  expect(loaded).toMatchObject({
    ok: true,
    config: { host: '127.0.0.1', port: 4711, logLevel: 'info', signIn: { kind: 'jwks', keys: { file: '/keys.json' } } },
  })
  expect(loaded.ok && Object.isFrozen(loaded.config)).toBe(true)
})

test('sign-in is off when that is said outright, and not together with keys', () => {
  const base = { PORT: '0', COUCHDB_URL: 'http://127.0.0.1:1', NATS_URL: 'nats://127.0.0.1:2' }
  expect(loadServiceConfig({ ...base, AUTH: 'off' })).toMatchObject({ ok: true, config: { signIn: { kind: 'off' } } })
  for (const wrong of [
    { AUTH: 'no' },
    { AUTH: 'off', JWKS_FILE: '/keys.json' },
    { JWKS_FILE: '/a', JWKS_URL: 'http://b' },
  ]) {
    expect(loadServiceConfig({ ...base, ...wrong }).ok, JSON.stringify(wrong)).toBe(false)
  }
})
