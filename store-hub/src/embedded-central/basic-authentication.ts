import { createHash, timingSafeEqual } from 'node:crypto'

export interface Credentials {
  readonly user: string
  readonly password: string
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** True when an `Authorization: Basic …` header carries these credentials, in a time that doesn't tell how near it is. */
export function carriesCredentials(header: string | undefined, expected: Credentials): boolean {
  const encoded = /^basic ([a-z0-9+/=]+)$/i.exec(header?.trim() ?? '')?.[1] ?? ''
  const sent = Buffer.from(encoded, 'base64').toString('utf8')
  return timingSafeEqual(digest(sent), digest(`${expected.user}:${expected.password}`))
}
