/** Where in the console somebody is, as the part of the address behind `#`: it can be sent to a colleague. */

export interface Route {
  /** `/conflicts/case/…` → `['conflicts', 'case', '…']`, decoded. */
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

export function parseRoute(hash: string): Route {
  const [place = '', search = ''] = hash.replace(/^#/, '').split('?')
  const path = place.split('/').filter((part) => part !== '')
  return { path: path.map(decoded), query: Object.fromEntries(new URLSearchParams(search)) }
}

/** Leaves out empty values of the query. */
export function hrefOf(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value)
  const text = search.toString()
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

export function go(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): void {
  window.location.hash = hrefOf(path, query)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
