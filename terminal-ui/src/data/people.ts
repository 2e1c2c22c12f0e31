/** Who may use this till: the cashiers that head office has sent, and who wrote what is written here. */
import type { Author, Cashier } from '@tidemark/contracts'

export interface Person {
  /** Key of the cashier's document: `cashier:anna` → `anna`. */
  readonly id: string
  readonly name: string
  readonly role: 'cashier' | 'manager'
  readonly number: string | undefined
  readonly pinVerifier: string
  readonly grantExpiresAt: string | undefined
}

/** What a person may need a manager for. */
export type Permission =
  'discount' | 'price' | 'void' | 'refund' | 'cash-movement' | 'shift' | 'stock' | 'product' | 'data' | 'settings'

const maxIdLength = 64
const maxNameLength = 100

/** People with a PIN who work in the store now, by name. */
export function peopleOf(cashiers: ReadonlyMap<string, Cashier>, storeId: string): Person[] {
  return [...cashiers]
    .flatMap(([id, { name, role, status, number, stores, pinVerifier, grantExpiresAt }]) => {
      const worksHere = status === 'active' && (stores === undefined || stores.includes(storeId))
      return worksHere && pinVerifier !== undefined
        ? [{ id, name, role, number, pinVerifier, grantExpiresAt } satisfies Person]
        : []
    })
    .sort((a, b) => a.name.localeCompare(b.name))
}

export function isGrantOver(person: Pick<Person, 'grantExpiresAt'>, now: Date): boolean {
  return person.grantExpiresAt !== undefined && Date.parse(person.grantExpiresAt) <= now.getTime()
}

export function authorOfPerson({ id, role, name }: Pick<Person, 'id' | 'role' | 'name'>): Author {
  return { id: id.slice(0, maxIdLength), role, name: name.slice(0, maxNameLength) }
}

/** Of somebody whom head office does not know yet: `Anna Berg` → `{id: 'anna-berg', role: 'cashier', name: 'Anna Berg'}`. */
export function authorOfName(typed: string): Author {
  const name = typed.trim().slice(0, maxNameLength)
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, maxIdLength)
  return { id: id === '' ? 'cashier' : id, role: 'cashier', name: name === '' ? 'Cashier' : name }
}
