/**
 * Serves head office's console at `/console/`, and below `/console/api/<service>/` the other services, so that a browser has one
 * origin to talk to.
 *
 *     browser ──► /console/…                files, open to everybody
 *             ──► /stores, /totals, /live…  this service
 *             ──► /console/api/conflicts/…  sign-in is checked here, and again with role and store over there
 */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import httpProxy from '@fastify/http-proxy'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { openAllRoutes, UnavailableError, type ServiceApp } from '@tidemark/service-kit'
import { consoleServices, type ConsoleConfig } from './console-config.ts'

const Settings = Type.Object({
  signIn: Type.Union([
    Type.Object({ kind: Type.Literal('token') }),
    Type.Object({ kind: Type.Literal('demo'), url: Type.String() }),
  ]),
})

/** Verifying a long chain takes its time. */
const upstreamTimeoutMs = 60_000

export function addConsole(app: ServiceApp, config: ConsoleConfig): void {
  void app.register((site) => addSite(site, config), { prefix: '/console' })
  for (const service of consoleServices) {
    void app.register(async (scope) => {
      keepOutOfDescription(scope)
      await scope.register(httpProxy, {
        upstream: config.services[service],
        prefix: `/console/api/${service}`,
        undici: { headersTimeout: upstreamTimeoutMs, bodyTimeout: upstreamTimeoutMs, connections: 32 },
        replyOptions: {
          // One request has one id, whichever logs it is looked for in.
          rewriteRequestHeaders: (request, headers) => ({ ...headers, 'x-request-id': request.id }),
          onError(reply, { error }) {
            void reply.send(new UnavailableError(service, `no answer of ${service}: ${error.message}`))
          },
        },
      })
    })
  }
}

async function addSite(site: FastifyInstance, config: ConsoleConfig): Promise<void> {
  const { directory, signInUrl } = config
  openAllRoutes(site)
  keepOutOfDescription(site)
  const isBuilt = existsSync(join(directory, 'index.html'))
  site.addHook('onSend', async (request, reply) => {
    reply.headers(securityHeaders(request.host, signInUrl))
  })
  await site.register(fastifyStatic, {
    root: directory,
    serve: isBuilt,
    cacheControl: false,
    redirect: true,
    setHeaders: (reply, file) => void reply.header('cache-control', cacheControlOf(file)),
  })
  if (!isBuilt) {
    site.get('/', (_request, reply) =>
      reply
        .code(503)
        .type('text/plain; charset=utf-8')
        .send('The console is not built yet: npm run build -w @tidemark/head-office-console\n'),
    )
  }
  site.get('/settings.json', { schema: { response: { 200: Settings } } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    const signIn = signInUrl === undefined ? { kind: 'token' as const } : { kind: 'demo' as const, url: signInUrl }
    return { signIn }
  })
}

/** A page is no API. */
function keepOutOfDescription(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, hide: true }
  })
}

// Names in assets/ carry a hash of their content.
function cacheControlOf(file: string): string {
  const isHashed = file.includes('/assets/') && /-[A-Za-z0-9_-]{8}\.(?:js|css)$/.test(basename(file))
  return isHashed ? 'public, max-age=31536000, immutable' : 'no-cache'
}

function securityHeaders(host: string, signInUrl: string | undefined): Record<string, string> {
  // Not every browser counts the page's own WebSocket as 'self'.
  const sockets = /^[A-Za-z0-9.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''
  const signIn = signInUrl === undefined ? '' : ` ${new URL(signInUrl).origin}`
  return {
    'content-security-policy': [
      "default-src 'self'",
      `connect-src 'self'${sockets}${signIn}`,
      "img-src 'self' data:",
      "style-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  }
}
