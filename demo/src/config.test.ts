import { expect, test } from 'vitest'
import { loadConfig, withoutCredentials } from './config.ts'

test('an empty variable is an absent one', () => {
  const result = loadConfig({ STORES: '', COUCHDB_URL: '', NATS_URL: '', PORT_BASE: '', RESET: '', DATA_DIR: '' })
  expect(result).toMatchObject({ ok: true, config: { stores: 2, portBase: 4700, reset: false } })
})

test('every bad value is named at once, and a password is never shown', () => {
  const result = loadConfig({
    STORES: '10',
    PORT_BASE: '70000',
    RESET: 'yes',
    COUCHDB_URL: 'https://admin:secret@example.com',
    NATS_URL: 'u:secret@nowhere',
  })
  expect(result.ok).toBe(false)
  const problems = result.ok ? [] : result.problems
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'STORES',
    'PORT_BASE',
    'COUCHDB_URL',
    'NATS_URL',
    'RESET',
  ])
  expect(problems.join()).not.toContain('secret')
})

test('a URL is shown without its credentials', () => {
  expect(withoutCredentials('http://admin:s3cret@127.0.0.1:5984/')).toBe('http://127.0.0.1:5984/')
})
