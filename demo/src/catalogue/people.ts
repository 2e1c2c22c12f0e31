/** Who sells in the demo's stores, and with which PIN. */
import { argon2Sync, createHash } from 'node:crypto'
import { formatPinVerifier, pinHashBytes, pinParameters, pinSaltBytes, type Cashier } from '@tidemark/contracts'
import { headOfficeDocument } from './head-office.ts'

export interface DemoPerson {
  readonly name: string
  readonly role: Cashier['role']
  readonly pin: string
}

/** For a machine that nobody else reaches: these PINs stand in the README. */
export const demoPeople: readonly DemoPerson[] = [
  { name: 'Aoife', role: 'manager', pin: '9999' },
  { name: 'Daniel', role: 'cashier', pin: '1111' },
  { name: 'Ewa', role: 'cashier', pin: '2222' },
  { name: 'Marcus', role: 'cashier', pin: '3333' },
  { name: 'Sinead', role: 'cashier', pin: '4444' },
]

export function cashiers(): Cashier[] {
  return demoPeople.map(({ name, role, pin }, index) => ({
    ...headOfficeDocument('hq'),
    _id: `cashier:${name.toLowerCase()}`,
    type: 'cashier',
    name,
    role,
    status: 'active',
    number: String(index + 1),
    pinVerifier: pinVerifierOf(pin, name),
  }))
}

/** The salt comes from the name, so that seeding again makes the same document. Real ones are random. */
function pinVerifierOf(pin: string, name: string): string {
  const salt = createHash('sha256').update(`demo/${name}`).digest().subarray(0, pinSaltBytes)
  const { memory, passes, parallelism } = pinParameters
  const options = { message: pin, nonce: salt, memory, passes, parallelism, tagLength: pinHashBytes }
  return formatPinVerifier({ ...pinParameters, salt, hash: argon2Sync('argon2id', options) })
}
