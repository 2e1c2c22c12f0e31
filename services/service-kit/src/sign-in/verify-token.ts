/** Verifies bearer tokens: JWTs signed with one of the issuer's public keys. */
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { unauthorized } from '../errors.ts'
import { keysFromFile, keysFromUrl } from './key-source.ts'
import { developer, principalOf, type Principal } from './principal.ts'

export type SignInConfig =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'jwks'
      /** Where the issuer's public keys are. */
      readonly keys: { readonly url: string } | { readonly file: string }
      /** Compared with the claim `iss` where given. */
      readonly issuer: string | undefined
      /** Compared with the claim `aud` where given. */
      readonly audience: string | undefined
    }

/** Undefined stands for a request without a token. Throws a 401 that says why, or `UnavailableError` without keys. */
export type VerifyToken = (token: string | undefined) => Promise<Principal>

/** The issuer's clock and ours may differ by this much. */
export const clockToleranceSeconds = 30
/** A signature that needs a shared secret would have every verifier able to sign. */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

export function createTokenVerifier(config: SignInConfig): VerifyToken {
  if (config.kind === 'off') return () => Promise.resolve(developer)
  const { keys, issuer, audience } = config
  const keySource: JWTVerifyGetKey = 'url' in keys ? keysFromUrl(keys.url) : keysFromFile(keys.file)
  const options = {
    algorithms,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['sub', 'exp'],
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  }
  return async (token) => {
    if (token === undefined) throw unauthorized('a bearer token is missing')
    const claims = await verify(token)
    const result = principalOf(claims)
    if (!result.ok) throw unauthorized(`the token is not usable: ${result.problem}`)
    return result.principal
  }

  async function verify(token: string): Promise<unknown> {
    try {
      return (await jwtVerify(token, keySource, options)).payload
    } catch (error) {
      // jose's own errors are about the token; UnavailableError is about the keys.
      if (!(error instanceof errors.JOSEError)) throw error
      throw unauthorized(`the token is not accepted: ${error.message}`)
    }
  }
}
