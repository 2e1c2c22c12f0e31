/** Products by words, over a view of the catalogue. */
import { sharedCentralDatabase } from '@tidemark/contracts'
import type { CouchClient, StoredDocument } from '@tidemark/service-kit'
import { productSearchDesign, productSearchDesignName } from './design/catalogue-views.ts'
import { withDatabase } from './office-database.ts'

/** Each word is the beginning of a word of the SKU or the name; by SKU, at most `limit`. Without a word it finds nothing. */
export type ProductSearch = (text: string, limit: number) => Promise<readonly StoredDocument[]>

/** Products that begin like one word and are looked at; of a word that has more, only these. */
const maxCandidates = 5000
const documentsPerRead = 500
const maxWords = 8
const maxWordLength = 60

export function openProductSearch(client: CouchClient): ProductSearch {
  const withCatalogue = withDatabase(client, sharedCentralDatabase, [productSearchDesign])

  /** Ids of products that have a word which begins like this, by SKU. */
  async function idsOf(word: string): Promise<readonly string[]> {
    const query = { startKey: word, endKey: `${word}\ufff0`, limit: maxCandidates }
    const rows = await withCatalogue((database) => database.view(productSearchDesignName, 'words', query))
    return [...new Set(rows.flatMap(({ id }) => id ?? []))].sort()
  }

  return async (text, limit) => {
    const words = [...new Set(wordsOf(text))].slice(0, maxWords)
    const candidates = await Promise.all(words.map(idsOf))
    // The rarest word leaves the fewest to read.
    const [ids = []] = candidates.toSorted((a, b) => a.length - b.length)
    const found: StoredDocument[] = []
    for (let from = 0; from < ids.length && found.length < limit; from += documentsPerRead) {
      const part = ids.slice(from, from + documentsPerRead)
      const documents = await withCatalogue((database) => database.getMany(part))
      found.push(...part.flatMap((id) => documents.get(id) ?? []).filter((document) => hasAll(document, words)))
    }
    return found.slice(0, limit)
  }
}

function hasAll({ sku, name }: StoredDocument, words: readonly string[]): boolean {
  const own = wordsOf(`${String(sku)} ${String(name)}`)
  return words.every((word) => own.some((candidate) => candidate.startsWith(word)))
}

/** As the view takes names apart. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().split(/[^0-9a-z\u00df-\uffef]+/)
  return words.filter((word) => word !== '').map((word) => word.slice(0, maxWordLength))
}
