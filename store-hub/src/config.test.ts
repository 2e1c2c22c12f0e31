import { describe, expect, it } from 'vitest'
import { loadConfig } from './config.ts'

const complete = {
  STORE_ID: 's001',
  HUB_PORT: '4721',
  HUB_DATA_DIR: '/tmp/hub',
  COUCHDB_URL: 'http://admin:p%40ss@central.example:5984/',
  NATS_URL: 'nats://127.0.0.1:4222',
}

describe('the configuration of a hub', () => {
  it('keeps the credentials of central apart from its address', () => {
    const loaded = loadConfig(complete)
    if (!loaded.ok) throw new Error(loaded.problems.join())
    expect(loaded.config.central.url).toBe('http://central.example:5984')
    expect(loaded.config.central.authorization).toBe(`Basic ${Buffer.from('admin:p@ss').toString('base64')}`)
    expect(Object.isFrozen(loaded.config)).toBe(true)
  })

  it('names everything that is missing or wrong at once, and never repeats a URL with a password', () => {
    const loaded = loadConfig({
      ...complete,
      STORE_ID: 'harbour',
      HUB_PORT: '99999',
      COUCHDB_URL: 'ftp://a:secret@b',
      NATS_URL: '',
      HUB_LEASE_TAKE_AFTER_SECONDS: '5',
    })
    if (loaded.ok) throw new Error('must not load')
    expect(loaded.problems).toEqual([
      'STORE_ID must look like s001, got "harbour"',
      'HUB_PORT must be 0 to 65535, got "99999"',
      'COUCHDB_URL must be an http or https URL',
      'HUB_LEASE_TAKE_AFTER_SECONDS must be 90 to 604800, got "5"',
      'NATS_URL is required',
    ])
  })
})
