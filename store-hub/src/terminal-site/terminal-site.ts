/** Serves terminal-ui from the hub's own origin. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import { errorCodes } from '@tidemark/contracts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HubError, problemOf, sendProblem } from '../errors.ts'

// Names with a content hash, such as app-4f9a1c2b.js, never change their content.
const hashedName = /[-.][A-Za-z0-9_-]{8,}\.(?:js|css|woff2|svg|png|map)$/
const neverCached = new Set(['index.html', 'sw.js', 'manifest.webmanifest'])
const servicePaths = /^\/(?:api|db|ws|health|metrics)(?:\/|$|\?)/

export async function terminalSite(app: FastifyInstance, directory: string): Promise<void> {
  app.addHook('onSend', async (request, reply) => {
    if (!servicePaths.test(request.url)) reply.headers(securityHeaders(request))
    reply.header('x-content-type-options', 'nosniff')
  })
  await app.register(fastifyStatic, {
    root: directory,
    serve: existsSync(directory),
    wildcard: true,
    cacheControl: false,
    setHeaders: (reply, file) => void reply.header('cache-control', cacheControlOf(path.basename(file))),
  })
  if (!existsSync(directory)) app.get('/', (_request, reply) => sendBuildHint(reply, directory))
  app.setNotFoundHandler((request, reply) => {
    if (isNavigation(request) && existsSync(path.join(directory, 'index.html'))) {
      return reply.sendFile('index.html', directory)
    }
    const [place = ''] = request.url.split('?')
    return sendProblem(reply, problemOf(new HubError(errorCodes.notFound, `Nothing is at ${place}`), place))
  })
}

function cacheControlOf(name: string): string {
  if (neverCached.has(name)) return 'no-cache'
  return hashedName.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache'
}

// Only a page that a person opens gets the application; a missing script must not be answered with HTML.
function isNavigation(request: FastifyRequest): boolean {
  const wantsPage = request.headers.accept?.includes('text/html') === true
  const [place = ''] = request.url.split('?')
  return request.method === 'GET' && wantsPage && !servicePaths.test(request.url) && path.extname(place) === ''
}

function securityHeaders(request: FastifyRequest): Record<string, string> {
  const { host } = request
  // Not every browser counts the page's own WebSocket as 'self'.
  const sockets = /^[A-Za-z0-9.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''
  return {
    'content-security-policy': [
      "default-src 'self'",
      `connect-src 'self'${sockets}`,
      "img-src 'self' data: blob:",
      "style-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  }
}

function sendBuildHint(reply: FastifyReply, directory: string): FastifyReply {
  const place = directory.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return reply
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><title>Terminal not built</title><h1>The terminal is not built yet</h1><p>Run <code>npm run build -w @tidemark/terminal-ui</code>, then start the hub again. It looks in <code>${place}</code>.</p>`,
    )
}
