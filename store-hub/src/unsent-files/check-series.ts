// Do the receipts of a file continue their series? Content and hash of each are for the document rules; this is about the links. Pure.
import { genesisHash, parseJournalId } from '@tidemark/contracts'

type Fields = Readonly<Record<string, unknown>>

export interface SeriesCheck {
  /** Ids of receipts that contradict the one before them, with the reason. */
  readonly broken: ReadonlyMap<string, string>
  /** Where neither the file nor the hub has the numbers in between. */
  readonly missing: readonly { readonly incarnation: string; readonly after: number; readonly next: number }[]
}

/** `hashAtHub`: the hash of a receipt that the hub has; `lastAtHub`: the highest number below one that it has, 0 for none. */
export function checkSeries(
  receipts: readonly Fields[],
  hashAtHub: (incarnation: string, number: number) => string | undefined,
  lastAtHub: (incarnation: string, below: number) => number,
): SeriesCheck {
  const broken = new Map<string, string>()
  const missing: SeriesCheck['missing'][number][] = []
  const keyed = receipts.flatMap((receipt) => {
    const key = parseJournalId(String(receipt['_id']))
    return key === undefined ? [] : [{ ...key, receipt }]
  })
  for (const [incarnation, series] of Map.groupBy(keyed, (entry) => entry.incarnation)) {
    const inFile = new Map(series.map(({ number, receipt }) => [number, String(receipt['hash'])]))
    let lastInFile = 0
    for (const { number, receipt } of series.toSorted((a, b) => a.number - b.number)) {
      const before = number - 1
      const previous = before === 0 ? genesisHash : (hashAtHub(incarnation, before) ?? inFile.get(before))
      if (previous === undefined) {
        missing.push({ incarnation, after: Math.max(lastAtHub(incarnation, number), lastInFile), next: number })
      } else if (previous !== receipt['previousHash']) {
        broken.set(String(receipt['_id']), `it does not follow receipt ${before} of its series: the hashes differ`)
      }
      lastInFile = number
    }
  }
  return { broken, missing }
}
