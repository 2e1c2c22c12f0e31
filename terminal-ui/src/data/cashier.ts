import type { Author } from '@tidemark/contracts'

/** Who stands at the till, as they gave their name. */
export interface CashierName {
  readonly name: string
}

const maxIdLength = 64

/** `{name: 'Anna Berg'}` → `{id: 'anna-berg', role: 'cashier', name: 'Anna Berg'}`. */
export function authorOf(cashier: CashierName): Author {
  const name = cashier.name.trim().slice(0, 100)
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, maxIdLength)
  return { id: id === '' ? 'cashier' : id, role: 'cashier', name: name === '' ? 'Cashier' : name }
}
