// The arrows between folders: contracts ← telemetry ← { services/*, store-hub, terminal-ui, head-office-console } ← demo ← tests.
// docs/architecture.md shows them as a picture; `make check` fails on an import that goes against one.

/** Forbids imports from one folder into any of ours but those named. */
function mayImport(from, ...allowed) {
  const own = [
    'contracts',
    'observability',
    'store-hub',
    'services',
    'terminal-ui',
    'head-office-console',
    'demo',
    'tests',
  ]
  return {
    name: `${from.replaceAll('/', '-')}-imports`,
    comment: `${from} may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}.`,
    severity: 'error',
    from: { path: `^${from}/` },
    to: { path: `^(${own.join('|')})/`, pathNot: `^(${[from, ...allowed].join('|')})/` },
  }
}

/** A folder of the hub shows its neighbours one index.ts and nothing else. */
const hubFolders = {
  name: 'hub-folders-through-their-index',
  comment: 'Import a neighbour folder of the hub through its index.ts.',
  severity: 'error',
  from: { path: '^store-hub/src/([^/]+)/' },
  to: { path: '^store-hub/src/[^/]+/.+', pathNot: ['^store-hub/src/$1/', '^store-hub/src/[^/]+/index\\.ts$'] },
}

module.exports = {
  forbidden: [
    mayImport('contracts'),
    mayImport('observability', 'contracts'),
    mayImport('store-hub', 'contracts', 'observability'),
    mayImport('services/service-kit', 'contracts', 'observability'),
    ...['sales', 'inventory', 'conflicts', 'sync-log'].map((service) =>
      mayImport(`services/${service}`, 'services/service-kit', 'contracts', 'observability'),
    ),
    mayImport('terminal-ui', 'contracts'),
    mayImport('head-office-console', 'contracts'),
    mayImport('demo', 'contracts', 'observability'),
    // Of the hub only what its benchmark measures and prints with.
    mayImport('tests', 'demo', 'contracts', 'services/service-kit', 'store-hub/bench'),
    hubFolders,
    {
      name: 'contracts-are-browser-safe',
      severity: 'error',
      from: { path: '^contracts/src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browsers-have-no-node',
      severity: 'error',
      from: { path: '^(terminal-ui|head-office-console)/src/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-sync-replicates',
      comment: 'In the terminal only src/sync knows PouchDB replication.',
      severity: 'error',
      from: { path: '^terminal-ui/src/', pathNot: '^terminal-ui/src/sync/' },
      to: { path: 'node_modules/pouchdb-(replication|adapter-http)' },
    },
    {
      name: 'components-know-properties-and-events',
      severity: 'error',
      from: { path: '^terminal-ui/src/components/' },
      to: { path: '^terminal-ui/src/(sync|views|entrypoints)/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
