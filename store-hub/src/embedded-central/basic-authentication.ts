import { createHash, timingSafeEqual } from 'node:crypto'

export interface Credentials {
  readonly user: string
  readonly password: string
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares in a time that doesn't tell how near they are. */
export function areCredentials(given: Credentials, expected: Credentials): boolean {
  return timingSafeEqual(digest(toText(given)), digest(toText(expected)))
}

const toText = ({ user, password }: Credentials): string => `${user}:${password}`

/** True when an `Authorization: Basic …` header carries these credentials. */
export function carriesCredentials(header: string | undefined, expected: Credentials): boolean {
  const encoded = /^basic ([a-z0-9+/=]+)$/i.exec(header?.trim() ?? '')?.[1] ?? ''
  const sent = Buffer.from(encoded, 'base64').toString('utf8')
  return timingSafeEqual(digest(sent), digest(toText(expected)))
}
