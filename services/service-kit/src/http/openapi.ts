/** The service's OpenAPI description at `/docs/json`, and a page that shows it at `/docs`. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { ProblemDetails } from '@tidemark/contracts'
import { openAllRoutes } from '../sign-in/require-sign-in.ts'

const scheme = 'bearer'

export async function describeApi(
  app: FastifyInstance,
  { title, description }: { readonly title: string; readonly description: string },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, description, version: '0.1.0' },
      components: { securitySchemes: { [scheme]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: ({ schema, url, route }) => ({ schema: withSignIn(schema, route), url }),
  })
  await app.register(async (site) => {
    openAllRoutes(site)
    await site.register(swaggerUi, { routePrefix: '/docs', uiConfig: { persistAuthorization: true } })
  })
}

/** Says of a route who may call it, from the same configuration that guards it. */
function withSignIn(schema: FastifySchema | undefined, { config }: RouteOptions): FastifySchema {
  if (config?.isOpen === true) return { ...schema, security: [] }
  const { description } = schema ?? {}
  const who = `Roles: ${config?.roles === undefined ? 'any' : [...new Set([...config.roles, 'admin'])].join(', ')}.`
  const response = schema?.response as Readonly<Record<string, unknown>> | undefined
  return {
    ...schema,
    description: description === undefined ? who : `${description}\n\n${who}`,
    security: [{ [scheme]: [] }],
    response: { ...response, 401: problemAnswer('No good token'), 403: problemAnswer('Not for this role or store') },
  }
}

function problemAnswer(description: string): unknown {
  return { description, content: { 'application/problem+json': { schema: ProblemDetails } } }
}
