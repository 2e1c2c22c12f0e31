/**
 * Asks the services. The sales service is this page's own origin and hands on what is for the others, so there is one origin, one
 * token, and one place where errors become words.
 */
import type { Static, TSchema } from 'typebox'
import { schemaProblems } from '@tidemark/contracts'
import { refusalOf, ServiceError } from './errors.ts'

export type ServiceName = 'sales' | 'inventory' | 'conflicts' | 'sync-log'

const timeoutMs = 60_000

export interface ClientIdentity {
  readonly token: string | undefined
  /** The services no longer believe the token. */
  expire(): void
}

export class ServiceClient {
  readonly #identity: ClientIdentity
  readonly #origin: string

  constructor(identity: ClientIdentity, origin: string) {
    this.#identity = identity
    this.#origin = origin
  }

  get<Schema extends TSchema>(
    service: ServiceName,
    path: string,
    schema: Schema,
    signal?: AbortSignal,
  ): Promise<Static<Schema>> {
    return this.#ask(schema, this.urlOf(service, path), { method: 'GET', ...(signal && { signal }) })
  }

  post<Schema extends TSchema>(
    service: ServiceName,
    path: string,
    body: unknown,
    schema: Schema,
  ): Promise<Static<Schema>> {
    const headers = { 'content-type': 'application/json' }
    return this.#ask(schema, this.urlOf(service, path), { method: 'POST', headers, body: JSON.stringify(body) })
  }

  /** A file that a browser may keep. */
  async file(service: ServiceName, path: string): Promise<Blob> {
    return (await this.#fetch(this.urlOf(service, path), { method: 'GET' })).blob()
  }

  /** The first lines of NDJSON, each checked; what comes after them is not fetched. */
  async lines<Schema extends TSchema>(
    service: ServiceName,
    path: string,
    schema: Schema,
    limit: number,
    signal?: AbortSignal,
  ): Promise<Static<Schema>[]> {
    const enough = new AbortController()
    const either = signal === undefined ? enough.signal : AbortSignal.any([enough.signal, signal])
    const response = await this.#fetch(this.urlOf(service, path), { method: 'GET', signal: either })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const found: Static<Schema>[] = []
    let rest = ''
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      const lines = (rest + part.value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '' && found.length < limit) found.push(checked(schema, line))
      if (found.length < limit) continue
      enough.abort()
      break
    }
    return found
  }

  /** Sends a file; `onProgress` gets the part that is over there, 0 to 1. `fetch` could not tell. */
  upload<Schema extends TSchema>(
    service: ServiceName,
    path: string,
    file: { readonly body: Blob; readonly type: string },
    schema: Schema,
    onProgress: (part: number) => void,
  ): Promise<Static<Schema>> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('POST', this.urlOf(service, path))
      request.setRequestHeader('authorization', `Bearer ${this.#identity.token ?? ''}`)
      request.setRequestHeader('content-type', file.type)
      request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total))
      request.addEventListener('error', () => reject(unreachable()))
      request.addEventListener('load', () => {
        try {
          if (request.status >= 300) throw this.#refused(request.status, request.responseText)
          resolve(checked(schema, request.responseText))
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
      request.send(file.body)
    })
  }

  urlOf(service: ServiceName, path: string): string {
    return service === 'sales' ? `${this.#origin}${path}` : `${this.#origin}/console/api/${service}${path}`
  }

  async #ask<Schema extends TSchema>(schema: Schema, url: string, init: RequestInit): Promise<Static<Schema>> {
    return checked(schema, await (await this.#fetch(url, init)).text())
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const headers = {
      ...(init.headers as Record<string, string>),
      authorization: `Bearer ${this.#identity.token ?? ''}`,
    }
    const limit = AbortSignal.timeout(timeoutMs)
    const signal = init.signal ? AbortSignal.any([limit, init.signal]) : limit
    const response = await fetch(url, { ...init, headers, signal }).catch((error: unknown) => {
      // Nobody waits for this answer any more.
      init.signal?.throwIfAborted()
      throw unreachable(error)
    })
    if (!response.ok) throw this.#refused(response.status, await response.text())
    return response
  }

  #refused(status: number, text: string): ServiceError {
    const error = refusalOf(status, text)
    if (error.kind === 'signed-out') this.#identity.expire()
    return error
  }
}

function checked<Schema extends TSchema>(schema: Schema, text: string): Static<Schema> {
  const strange = new ServiceError('strange', 200, 'The answer is not one that this console understands.')
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw strange
  }
  if (schemaProblems(schema, body).length > 0) throw strange
  return body as Static<Schema>
}

function unreachable(cause?: unknown): ServiceError {
  const error = new ServiceError('unreachable', 0, 'Head office’s services don’t answer.')
  error.cause = cause
  return error
}
