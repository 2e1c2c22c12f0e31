import { randomInt } from 'node:crypto'
import getPort from 'get-port'

/**
 * A port that was free a moment ago, for a process that has to be started on the same one twice. It is below those that the kernel gives to
 * outgoing connections: nothing else takes one between this look and its use.
 */
export const freePort = (): Promise<number> =>
  getPort({ host: '127.0.0.1', port: Array.from({ length: 100 }, () => randomInt(10_000, 15_000)) })
