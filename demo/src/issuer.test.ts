import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { openIssuer } from './issuer.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-issuer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a token of the demo is good after the demo was started anew, and the published keys hold no secret', async () => {
  const before = await openIssuer(folder)
  const { token } = await before.managerToken()
  const { environment } = await openIssuer(folder)
  const published = JSON.parse(readFileSync(environment.JWKS_FILE, 'utf8')) as JSONWebKeySet
  expect(published.keys.map((key) => 'd' in key)).toEqual([false])
  const { payload } = await jwtVerify(token, createLocalJWKSet(published), {
    issuer: environment.JWT_ISSUER,
    audience: environment.JWT_AUDIENCE,
    requiredClaims: ['exp'],
  })
  expect(payload).toMatchObject({ sub: 'demo-manager', roles: ['viewer', 'manager', 'auditor'] })
  const viewer = await jwtVerify((await before.tokenFor('viewer')).token, createLocalJWKSet(published))
  expect(viewer.payload).toMatchObject({ sub: 'demo-viewer', roles: ['viewer'] })
})
