/** With what the hub proves to central who it is, and how it gets new proof after a 401. */
import { readFile } from 'node:fs/promises'

export interface CentralAuthorization {
  /** Value of the `Authorization` header; undefined for a central that asks for none. */
  header(): Promise<string | undefined>
  /** After central refused it: looks for other credentials. True when there are some. */
  renew(): Promise<boolean>
}

export interface CredentialSources {
  /** from the URL of central */
  readonly authorization: string | undefined
  /** A file with `user:password` or `Bearer <token>`; it goes before the URL, and is read again after a 401. */
  readonly credentialsFile?: string | undefined
}

/** Rejects with what is wrong with the file when a header is asked for and the file can't be read. */
export function createAuthorization({ authorization, credentialsFile }: CredentialSources): CentralAuthorization {
  if (credentialsFile === undefined) {
    return { header: () => Promise.resolve(authorization), renew: () => Promise.resolve(false) }
  }
  let known: Promise<string> | undefined
  const read = async (): Promise<string> => authorizationOf(await readFile(credentialsFile, 'utf8'))
  const header = (): Promise<string> => {
    known ??= read().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
  return {
    header,
    async renew() {
      const before = await known?.catch(() => undefined)
      known = undefined
      return (await header()) !== before
    },
  }
}

/** `user:password` becomes basic authentication; a scheme and a token are taken as they are. */
export function authorizationOf(text: string): string {
  const credentials = text.trim()
  if (/^(Bearer|Basic) /i.test(credentials)) return credentials
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}
