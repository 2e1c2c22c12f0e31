/**
 * Costly answers, shared. A whole chain is read and verified for one answer, and pages ask every second: those who ask while
 * an answer is being made get that one, and it is handed out for ten times as long as it took.
 */
const reuseFactor = 10
const maxReuseMs = 30_000
const maxKept = 1000

export interface SharedAnswers<Answer> {
  get(key: string): Promise<Answer>
}

interface Kept<Answer> {
  readonly answer: Promise<Answer>
  /** Milliseconds since 1970; undefined while it is being made. */
  usableUntil: number | undefined
}

/** `nowMs` gives milliseconds since 1970. A rejected answer is not kept. */
export function shareAnswers<Answer>(
  make: (key: string) => Promise<Answer>,
  nowMs: () => number = Date.now,
): SharedAnswers<Answer> {
  const kept = new Map<string, Kept<Answer>>()

  function begin(key: string): Promise<Answer> {
    const startedAt = nowMs()
    const entry: Kept<Answer> = { answer: make(key), usableUntil: undefined }
    kept.delete(key)
    kept.set(key, entry)
    const oldest = kept.keys().next().value
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
    entry.answer.then(
      () => {
        const tookMs = nowMs() - startedAt
        entry.usableUntil = nowMs() + Math.min(maxReuseMs, tookMs * reuseFactor)
      },
      () => {
        if (kept.get(key) === entry) kept.delete(key)
      },
    )
    return entry.answer
  }

  return {
    get(key) {
      const present = kept.get(key)
      if (present === undefined) return begin(key)
      const isUsable = present.usableUntil === undefined || nowMs() < present.usableUntil
      return isUsable ? present.answer : begin(key)
    },
  }
}
