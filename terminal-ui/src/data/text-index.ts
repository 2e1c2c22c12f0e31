/**
 * Search as one types, over tens of thousands of short texts: every word typed must begin a word of the text, or stand inside one, or
 * (when nothing else fits) be one letter off.
 *
 *     words, sorted:   apfel  apfelsaft  apple  …            typed "ap" = a range of words, found by halving,
 *     hits, by word:   [text, worth] [text, worth]  …        and so one run of hits, read from end to end
 *
 * A search adds up worths in one array over all texts, so its cost is that of the hits and nothing is allocated for them.
 */

export interface IndexedField {
  readonly text: string
  /** What a word of this field is worth, 1 to 100. */
  readonly worth: number
}

/** `Crème brûlée, 200 g` → `['creme', 'brulee', '200', 'g']` */
export function wordsOf(text: string): string[] {
  return fold(text).match(/[\p{Letter}\p{Number}]+/gu) ?? []
}

function fold(text: string): string {
  const isPlain = /^[\u0020-\u007e]*$/.test(text)
  return (isPlain ? text : text.normalize('NFKD').replaceAll(/\p{Mark}/gu, '')).toLowerCase()
}

/** What a hit counts: the whole word, its beginning, its inside, a letter off. */
const shares = { whole: 8, begin: 6, inside: 2, near: 1 }
const insideFromLength = 3
const nearFromLength = 4
const maxTypedWords = 8

/** Words from one position to before another, and what a hit in them counts. */
interface WordRange {
  readonly from: number
  readonly to: number
  readonly share: number
}

export class TextIndex {
  readonly #size: number
  /** Sorted. */
  readonly #words: readonly string[]
  /** Where the hits of each word begin; one more at the end. */
  readonly #starts: Int32Array
  readonly #hitTexts: Int32Array
  readonly #hitWorths: Uint8Array
  /** Positions of words that begin with a letter: only in these is looked inside. */
  readonly #letterWords: readonly number[]
  readonly #scores: Int32Array
  readonly #matched: Uint8Array

  constructor(texts: readonly (readonly IndexedField[])[]) {
    this.#size = texts.length
    const collected = collectHits(texts)
    this.#words = [...collected.heads.keys()].sort()
    this.#starts = new Int32Array(this.#words.length + 1)
    this.#hitTexts = new Int32Array(collected.texts.length)
    this.#hitWorths = new Uint8Array(collected.texts.length)
    let place = 0
    this.#words.forEach((word, position) => {
      this.#starts[position] = place
      for (let hit = collected.heads.get(word) ?? -1; hit >= 0; hit = collected.next[hit] ?? -1) {
        this.#hitTexts[place] = collected.texts[hit] ?? 0
        this.#hitWorths[place] = collected.worths[hit] ?? 0
        place += 1
      }
    })
    this.#starts[this.#words.length] = place
    this.#letterWords = this.#words.flatMap((word, position) => (/^\p{Letter}/u.test(word) ? [position] : []))
    this.#scores = new Int32Array(this.#size)
    this.#matched = new Uint8Array(this.#size)
  }

  /** Numbers of the best texts, best first; of equal ones the earlier. Empty when a word fits nowhere. */
  search(query: string, limit: number): number[] {
    const typed = wordsOf(query).slice(0, maxTypedWords)
    if (typed.length === 0) return []
    const found = this.#searchWith(typed, limit, (word) => this.#rangesOf(word))
    return found.length > 0 ? found : this.#searchWith(typed, limit, (word) => this.#rangesNear(word))
  }

  #searchWith(typed: readonly string[], limit: number, rangesOf: (word: string) => WordRange[]): number[] {
    this.#scores.fill(0)
    this.#matched.fill(0)
    for (const [round, word] of typed.entries()) {
      const ranges = rangesOf(word)
      if (ranges.length === 0) return []
      for (const range of ranges) this.#count(range, round)
    }
    return this.#best(typed.length, limit)
  }

  /** A text takes part in a round when it did in all before. The best hit comes first and counts; others add a little. */
  #count({ from, to, share }: WordRange, round: number): void {
    const [hitTexts, hitWorths, scores, matched] = [this.#hitTexts, this.#hitWorths, this.#scores, this.#matched]
    const end = this.#starts[to] ?? 0
    for (let hit = this.#starts[from] ?? 0; hit < end; hit += 1) {
      const text = hitTexts[hit] ?? 0
      const worth = hitWorths[hit] ?? 0
      const rounds = matched[text] ?? 0
      if (rounds === round) {
        matched[text] = round + 1
        scores[text] = (scores[text] ?? 0) + worth * share
      } else if (rounds === round + 1) scores[text] = (scores[text] ?? 0) + (worth >> 3)
    }
  }

  #best(rounds: number, limit: number): number[] {
    const [scores, matched] = [this.#scores, this.#matched]
    const best: number[] = []
    let least = 0
    for (let text = 0; text < this.#size; text += 1) {
      const score = scores[text] ?? 0
      if (matched[text] !== rounds || (best.length === limit && score <= least)) continue
      let place = best.length
      while (place > 0 && (scores[best[place - 1] ?? 0] ?? 0) < score) place -= 1
      best.splice(place, 0, text)
      if (best.length > limit) best.pop()
      least = scores[best.at(-1) ?? 0] ?? 0
    }
    return best
  }

  /** The word itself, those that it begins, and those that it stands in. */
  #rangesOf(typed: string): WordRange[] {
    const from = this.#firstFrom(typed)
    const to = this.#firstFrom(`${typed}\uffff`)
    const begun = this.#words[from] === typed ? from + 1 : from
    const ranges = [
      { from, to: begun, share: shares.whole },
      { from: begun, to, share: shares.begin },
    ].filter((range) => range.to > range.from)
    if (typed.length < insideFromLength || !/^\p{Letter}/u.test(typed)) return ranges
    return [...ranges, ...this.#single(shares.inside, (word) => word.includes(typed, 1))]
  }

  #rangesNear(typed: string): WordRange[] {
    const ranges = this.#rangesOf(typed)
    if (typed.length < nearFromLength || !/^\p{Letter}+$/u.test(typed)) return ranges
    return [...ranges, ...this.#single(shares.near, (word) => beginsNearly(word, typed))]
  }

  #single(share: number, fits: (word: string) => boolean): WordRange[] {
    return this.#letterWords
      .filter((position) => fits(this.#words[position] ?? ''))
      .map((position) => ({ from: position, to: position + 1, share }))
  }

  /** Position of the first word that is not before the text. */
  #firstFrom(text: string): number {
    let [low, high] = [0, this.#words.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#words[middle] ?? '') < text) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Hits of every word as a chain through flat arrays: a hundred thousand words would otherwise be as many small arrays. */
function collectHits(texts: readonly (readonly IndexedField[])[]) {
  const heads = new Map<string, number>()
  const collected = { heads, texts: [] as number[], worths: [] as number[], next: [] as number[] }
  texts.forEach((fields, text) => {
    for (const { text: content, worth } of fields) {
      for (const word of wordsOf(content)) {
        const hit = collected.texts.push(text) - 1
        collected.worths.push(worth)
        collected.next.push(heads.get(word) ?? -1)
        heads.set(word, hit)
      }
    }
  })
  return collected
}

/** True when the word begins with the typed one but for one letter: another, missing, too many, or two that changed places. */
function beginsNearly(word: string, typed: string): boolean {
  let same = 0
  while (same < typed.length && word[same] === typed[same]) same += 1
  if (same === typed.length) return true
  const rest = typed.slice(same + 1)
  const areSwapped = word[same] === typed[same + 1] && word[same + 1] === typed[same]
  return (
    word.startsWith(rest, same + 1) ||
    word.startsWith(typed.slice(same), same + 1) ||
    word.startsWith(rest, same) ||
    (areSwapped && word.startsWith(typed.slice(same + 2), same + 2))
  )
}
