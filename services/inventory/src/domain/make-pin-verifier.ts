/** Makes what tills check a cashier's PIN against. The PIN itself is kept nowhere. */
import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { formatPinVerifier, pinHashBytes, pinParameters, pinSaltBytes } from '@tidemark/contracts'

const hashOf = promisify(argon2)

/** Half a tenth of a second of one core, off the main thread. */
export async function makePinVerifier(pin: string): Promise<string> {
  const salt = randomBytes(pinSaltBytes)
  const { memory, passes, parallelism } = pinParameters
  const options = { message: pin, nonce: salt, memory, passes, parallelism, tagLength: pinHashBytes }
  return formatPinVerifier({ ...pinParameters, salt, hash: await hashOf('argon2id', options) })
}
