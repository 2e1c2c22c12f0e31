// A manager's one-time codes: 8 characters, 10 minutes, one use. They live in memory; a hub that starts again has none.
//
// 40 bits, and at most 20 wrong ones in ten minutes: to guess one takes longer than there are shops.
import { randomInt } from 'node:crypto'
import { errorCodes, type AccessRefusal, type EnrolmentCode } from '@tidemark/contracts'
import { HubError } from '../errors.ts'

export interface EnrolmentCodes {
  make(): EnrolmentCode
  /** Uses a code up. Throws a HubError `code-refused` or `too-many-requests`. */
  take(code: string | undefined): void
}

export interface EnrolmentCodesOptions {
  readonly nowMs: () => number
  readonly onRefused: (reason: AccessRefusal) => void
}

/** Crockford's base 32: nothing that is read as something else. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 8
const lifetimeMs = 600_000
const maxOpenCodes = 100
const maxWrong = 20

export function createEnrolmentCodes({ nowMs, onRefused }: EnrolmentCodesOptions): EnrolmentCodes {
  const endMsOf = new Map<string, number>()
  let wrongAtMs: number[] = []

  return {
    make() {
      const code = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('')
      endMsOf.set(code, nowMs() + lifetimeMs)
      const oldest = endMsOf.size > maxOpenCodes ? endMsOf.keys().next().value : undefined
      if (oldest !== undefined) endMsOf.delete(oldest)
      return { code, expiresInSeconds: lifetimeMs / 1000 }
    },
    take(given) {
      wrongAtMs = wrongAtMs.filter((atMs) => atMs > nowMs() - lifetimeMs)
      if (wrongAtMs.length >= maxWrong) {
        onRefused('enrolment-attempts-exceeded')
        throw new HubError(errorCodes.tooManyRequests, 'Too many wrong codes; wait ten minutes and ask for a new one')
      }
      const code = normalised(given ?? '')
      const endMs = endMsOf.get(code)
      endMsOf.delete(code)
      if (endMs !== undefined && endMs > nowMs()) return
      if (code !== '') wrongAtMs.push(nowMs())
      onRefused('enrolment-code-wrong')
      const detail =
        code === ''
          ? 'A new till takes a one-time code, which a manager gets with `hub enrol-code` at the hub'
          : 'This code does not work: it is mistyped, was used, or is older than ten minutes'
      throw new HubError(errorCodes.codeRefused, detail)
    },
  }
}

/** As it may be typed: small letters, groups, and the letters that look like digits. */
function normalised(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
}
