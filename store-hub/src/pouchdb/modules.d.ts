// Declarations for the untyped packages behind `pouchdb/`. Only this folder imports them.

declare module 'pouchdb-core' {
  const PouchDB: import('./types.ts').PouchStatic
  export default PouchDB
}

declare module 'pouchdb-adapter-leveldb-core' {
  type Callback = (error: unknown, database?: unknown) => void
  const LevelPouch: (this: unknown, options: Record<string, unknown>, callback: Callback) => void
  export default LevelPouch
}

declare module 'pouchdb-adapter-http' {
  const plugin: import('./types.ts').PouchPlugin
  export default plugin
}

declare module 'pouchdb-replication' {
  const plugin: import('./types.ts').PouchPlugin
  export default plugin
}

declare module 'pouchdb-find' {
  const plugin: import('./types.ts').PouchPlugin
  export default plugin
}

declare module 'pouchdb-mapreduce' {
  const plugin: import('./types.ts').PouchPlugin
  export default plugin
}

declare module 'leveldown' {
  interface LevelDown {
    readonly status: string
    iterator(options: { gte: string; lt: string; values: boolean; keyAsBuffer: boolean; limit: number }): LevelIterator
    _put(key: unknown, value: unknown, options: object, callback: (error?: Error) => void): void
    _del(key: unknown, options: object, callback: (error?: Error) => void): void
    _batch(operations: unknown[], options: object, callback: (error?: Error) => void): void
    _chainedBatch(): LevelChainedBatch
    _close(callback: (error?: Error) => void): void
  }
  interface LevelIterator {
    next(callback: (error: Error | undefined, key?: string) => void): void
    end(callback: (error?: Error) => void): void
  }
  interface LevelChainedBatch {
    _write(options: object, callback: (error?: Error) => void): void
  }
  interface LevelDownStatic {
    (location: string): LevelDown
    destroy(location: string, callback: (error?: Error) => void): void
  }
  const leveldown: LevelDownStatic
  export default leveldown
  export type { LevelDown, LevelChainedBatch }
}
