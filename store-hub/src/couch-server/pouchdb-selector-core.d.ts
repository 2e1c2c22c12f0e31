declare module 'pouchdb-selector-core' {
  type Selector = Readonly<Record<string, unknown>>

  /** The selector in its normal form. Throws for one that can't be used. */
  export function massageSelector(selector: Selector): Selector
  /** The rows that fulfil the conditions on `fields`. */
  export function filterInMemoryFields<Row extends { doc: unknown }>(
    rows: Row[],
    request: { selector: Selector },
    fields: readonly string[],
  ): Row[]
}
