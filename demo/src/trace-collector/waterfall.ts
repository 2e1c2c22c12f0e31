/**
 * Lays a trace out for a person. A sale's spans take milliseconds and the dark time between them may take days, so on a true scale
 * nothing but darkness would be seen. Time without any span is therefore folded to a fixed width:
 *
 *     |▇▇▇▇ sale |░░ 2 h 13 min ░░|▇ publish ▇▇ record |
 */
import type { CollectedSpan } from './otlp.ts'

export interface WaterfallRow {
  readonly span: CollectedSpan
  /** Steps below the root. */
  readonly depth: number
  /** Percent of the width. */
  readonly left: number
  readonly width: number
}

export interface Fold {
  readonly left: number
  readonly width: number
  readonly durationMs: number
}

export interface Waterfall {
  readonly rows: readonly WaterfallRow[]
  readonly folds: readonly Fold[]
  /** All the time in which nothing happened, 0 when there is none. */
  readonly darkMs: number
}

interface Stretch {
  readonly startMs: number
  readonly endMs: number
}

const foldPercent = 9
/** Shorter gaps stay on the scale. */
const minimumFoldMs = 250

export function layOutWaterfall(spans: readonly CollectedSpan[]): Waterfall {
  const busy = busyStretches(spans)
  const gaps = busy.slice(1).map((stretch, index) => ({
    startMs: busy[index]?.endMs ?? stretch.startMs,
    endMs: stretch.startMs,
  }))
  const folded = gaps.filter((gap) => gap.endMs - gap.startMs > minimumFoldMs)
  const first = busy[0]?.startMs ?? 0
  const last = busy.at(-1)?.endMs ?? 0
  const foldedMs = folded.reduce((total, gap) => total + gap.endMs - gap.startMs, 0)
  const percentPerMs = Math.max(10, 100 - foldPercent * folded.length) / Math.max(1, last - first - foldedMs)

  const place = (timeMs: number): number => {
    const before = folded.filter((gap) => gap.endMs <= timeMs)
    const beforeMs = before.reduce((total, gap) => total + gap.endMs - gap.startMs, 0)
    return (timeMs - first - beforeMs) * percentPerMs + before.length * foldPercent
  }
  return {
    rows: inTreeOrder(spans).map(({ span, depth }) => {
      const left = place(span.startMs)
      return { span, depth, left, width: Math.max(0.4, place(span.endMs) - left) }
    }),
    folds: folded.map((gap) => ({ left: place(gap.startMs), width: foldPercent, durationMs: gap.endMs - gap.startMs })),
    darkMs: foldedMs,
  }
}

/** Times in which at least one span runs, merged. */
function busyStretches(spans: readonly CollectedSpan[]): Stretch[] {
  const stretches: { startMs: number; endMs: number }[] = []
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const current = stretches.at(-1)
    if (current === undefined || span.startMs > current.endMs) {
      stretches.push({ startMs: span.startMs, endMs: span.endMs })
    } else {
      current.endMs = Math.max(current.endMs, span.endMs)
    }
  }
  return stretches
}

/** Parents before children, siblings by time. A span whose parent is not known stands at the top. */
function inTreeOrder(spans: readonly CollectedSpan[]): { span: CollectedSpan; depth: number }[] {
  const known = new Set(spans.map((span) => span.spanId))
  const ordered: { span: CollectedSpan; depth: number }[] = []
  const visit = (parent: string | null, depth: number): void => {
    const children = spans.filter((span) =>
      parent === null ? span.parentSpanId === null || !known.has(span.parentSpanId) : span.parentSpanId === parent,
    )
    for (const span of children.sort((a, b) => a.startMs - b.startMs)) {
      ordered.push({ span, depth })
      // A loop of parents is no valid trace; the bound keeps a bad one from hanging the page.
      if (depth < 50) visit(span.spanId, depth + 1)
    }
  }
  visit(null, 0)
  return ordered
}
