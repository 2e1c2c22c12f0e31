import { randomBytes } from 'node:crypto'
import { ulidOf } from '@tidemark/contracts'

export function newUlid(nowMs: number): string {
  return ulidOf(nowMs, randomBytes)
}
