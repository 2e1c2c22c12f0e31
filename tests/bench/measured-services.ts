/** The services as their READMEs say to run them, and the most memory that each ever took. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, signToken, type NodeProcess } from '@tidemark/service-kit/test-support'
import { rssMbOf } from '../../store-hub/bench/measured-server.ts'
import { serviceNames, startServiceProcess, type ServiceName } from '../services/service-process.ts'

export interface MeasuredServices {
  /** Milliseconds and status of one question. */
  ask(service: ServiceName, path: string): Promise<{ readonly tookMs: number; readonly body: unknown }>
  peakMb(service: ServiceName): number
  stop(): Promise<void>
}

const lookEveryMs = 200

export async function startServices(couchdbUrl: string, natsUrl: string): Promise<MeasuredServices> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-services-'))
  const running = new Map<ServiceName, { readonly child: NodeProcess; readonly url: string }>()
  await Promise.all(
    serviceNames.map(async (name) => {
      const port = await freePort()
      const child = await startServiceProcess(name, { port, couchdbUrl, natsUrl, keyFolder: folder })
      const url = `http://127.0.0.1:${port}`
      running.set(name, { child, url })
    }),
  )
  const token = await signToken({ expiresInSeconds: 24 * 3600 })
  const peaks = new Map<ServiceName, number>()
  const looking = setInterval(() => {
    for (const [name, { child }] of running) peaks.set(name, Math.max(peaks.get(name) ?? 0, rssMbOf(child.pid)))
  }, lookEveryMs)
  return {
    async ask(name, path) {
      const startedAt = performance.now()
      const response = await fetch(`${running.get(name)?.url}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      const body: unknown = await response.json()
      if (!response.ok) throw new Error(`${name} ${path}: ${response.status} ${JSON.stringify(body)}`)
      return { tookMs: performance.now() - startedAt, body }
    },
    peakMb: (name) => peaks.get(name) ?? 0,
    async stop() {
      clearInterval(looking)
      await Promise.all([...running.values()].map(({ child }) => child.kill('SIGTERM')))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
