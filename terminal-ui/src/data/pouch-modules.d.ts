// Declarations for the untyped packages behind `data/` and `sync/`.

declare module 'pouchdb-core' {
  const PouchDB: import('./pouch-types.ts').PouchConstructor
  export default PouchDB
}

declare module 'pouchdb-adapter-idb' {
  const plugin: import('./pouch-types.ts').PouchPlugin
  export default plugin
}

declare module 'pouchdb-adapter-http' {
  const plugin: import('./pouch-types.ts').PouchPlugin
  export default plugin
}

declare module 'pouchdb-adapter-memory' {
  const plugin: import('./pouch-types.ts').PouchPlugin
  export default plugin
}

declare module 'transform-pouch' {
  type Change = (document: import('./pouch-types.ts').Fields) => unknown
  export function transform(
    this: import('./pouch-types.ts').Database,
    config: { readonly incoming: Change; readonly outgoing: Change },
  ): void
}
