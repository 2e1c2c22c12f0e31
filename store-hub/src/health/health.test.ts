import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { openDocumentDatabase, type Store } from '../store/index.ts'
import { healthRoutes } from './index.ts'

test('a hub is ready while its catalogue can be read from the disk, and not after that', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'health-'))
  const catalog = openDocumentDatabase({ file: path.join(directory, 'catalog.sqlite'), name: 'catalog' })
  const app = fastify()
  healthRoutes(app, { database: () => catalog } as unknown as Store)
  const statusOf = async (): Promise<number> => (await app.inject('/health/ready')).statusCode
  expect(await statusOf()).toBe(200)
  await catalog.close()
  expect(await statusOf()).toBe(503)
  await app.close()
  await rm(directory, { recursive: true })
})
