import {
  makeDeviceKey,
  publicKeyOf,
  requestDeviceToken,
  type DeviceKeyPair,
  type Enrolment,
  type EnrolmentRequest,
  type PostToHub,
} from '@tidemark/contracts'
import { PouchDB, type PouchDatabase, type PouchDocument } from '../pouchdb/index.ts'

/** A till's side of the CouchDB protocol. */
export interface Till {
  database(name: string): PouchDatabase
  /** `_bulk_docs` with `new_edits: false`, as replication sends it; the answer as parsed JSON. */
  replicate(name: string, documents: readonly PouchDocument[]): Promise<BulkResult[]>
}

export interface BulkResult {
  readonly id: string
  readonly error?: string
  readonly reason?: string
}

export function connectTill(hubUrl: string, token: string): Till {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return {
    database: (name) =>
      new PouchDB(`${hubUrl}/db/${name}`, { adapter: 'http', headers: { authorization: headers.authorization } }),
    async replicate(name, documents) {
      const response = await fetch(`${hubUrl}/db/${name}/_bulk_docs`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ docs: documents, new_edits: false }),
      })
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
      return (await response.json()) as BulkResult[]
    },
  }
}

/** A till's enrolment with its first token. */
export interface EnrolledTill extends Enrolment {
  readonly token: string
  /** A new token, of this hub or of the one that took its place. */
  renew(hubUrl: string): Promise<string>
}

/** The answer to an enrolment with a key of its own, and what becomes of it when it is good. */
export async function enrolTill(hubUrl: string, lane: number, query = '', key?: DeviceKeyPair) {
  const pair = key ?? (await makeDeviceKey())
  const request: EnrolmentRequest = { lane, publicKey: await publicKeyOf(pair) }
  const response = await postTo(hubUrl, `/api/terminals${query}`, request)
  const till = async (): Promise<EnrolledTill> => {
    const enrolment = (await response.json()) as Enrolment
    const renew = async (url: string) => (await requestDeviceToken(postToHub(url), enrolment.incarnation, pair)).token
    return { ...enrolment, token: await renew(hubUrl), renew }
  }
  return { response, till }
}

/** For `requestDeviceToken`. */
export function postToHub(hubUrl: string): PostToHub {
  return async (path, body) => {
    const response = await postTo(hubUrl, path, body)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
}

function postTo(hubUrl: string, path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(hubUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })
}
