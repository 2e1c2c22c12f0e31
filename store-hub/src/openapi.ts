/** The description of `/api` as OpenAPI: a page at `/docs`, the document itself at `/docs/json`. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

const described = /^\/(api|health|metrics)(\/|$)/

/** To be called before the routes. Their schemas describe only: each route parses its input by `parseInput`. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  // Ajv would drop members that a schema doesn't name and change types in silence; a fixed serialiser would drop them on the way out.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tidemark store hub',
        description:
          "The hub's own API. PouchDB and CouchDB clients use `/db` instead, which is CouchDB's protocol. Errors are RFC 9457 problem details with a stable `code`.",
        version,
      },
      components: {
        securitySchemes: {
          terminal: { type: 'http', scheme: 'bearer', description: 'the token that a terminal got at its enrolment' },
          administrator: {
            type: 'http',
            scheme: 'bearer',
            description:
              '`administration.token` of the data folder, new at each start; only from the machine of the hub',
          },
        },
      },
    },
    transform: ({ schema, url }) => ({ schema: described.test(url) ? schema : { ...schema, hide: true }, url }),
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
}
