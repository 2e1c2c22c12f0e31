/** Examples for the OpenAPI page. */
export const pushExample = {
  operations: [
    {
      id: 'b3f0c7d2-1',
      entityType: 'sale',
      entityId: 'journal:s001-t03-2:000000017',
      action: 'create',
      timestamp: '2026-11-22T09:00:00.000Z',
      data: {
        type: 'sale',
        schemaVersion: 1,
        storeId: 's001',
        at: '2026-11-22T09:00:00.000Z-0000-s001t03',
        by: { id: 'c1', role: 'cashier' },
        terminalId: 's001-t03',
        incarnation: 's001-t03-2',
        number: 17,
        businessDate: '2026-11-22',
        currency: 'EUR',
        lines: [
          {
            lineNumber: 1,
            sku: 'A-1',
            name: 'Coffee',
            quantity: 1,
            unit: 'piece',
            unitPriceMinor: 250,
            discountMinor: 0,
            taxCode: 'standard',
            taxRateBasisPoints: 1900,
            taxIncluded: true,
            netMinor: 210,
            taxMinor: 40,
            grossMinor: 250,
          },
        ],
        totals: { netMinor: 210, taxMinor: 40, grossMinor: 250, roundingMinor: 0, dueMinor: 250 },
        payments: [{ method: 'cash', amountMinor: 250, tenderedMinor: 300, changeMinor: 50 }],
        previousHash: 'hash of receipt 16, 64 hex digits',
        hash: 'SHA-256 of the canonical JSON of this entry, 64 hex digits',
      },
    },
    {
      id: 'b3f0c7d2-2',
      entityType: 'product',
      entityId: 'product:A-1',
      action: 'update',
      timestamp: '2026-11-22T09:05:00.000Z',
      baseRev: '3-7051cbe5c8faecd085a3fa619e6e6337',
      data: { description: 'Ground, 500 g', category: 'Hot drinks' },
    },
  ],
}

export const pullExample = {
  lastSyncTimestamp: '2026-11-22T09:00:00.000Z',
  entityTypes: ['product', 'inventory'],
  limit: 200,
}

export const conflictsExample = {
  conflicts: [
    {
      id: 'conflict:catalog:product:A-1:5d1c09aa72e1',
      resolution: {
        kind: 'choose',
        rev: '4-7051cbe5c8faecd085a3fa619e6e6337',
        by: { id: 'm7', role: 'manager' },
      },
    },
  ],
}
