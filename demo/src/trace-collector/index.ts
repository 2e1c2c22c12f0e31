export { buildTraceCollector } from './collector.ts'
export type { CollectedSpan } from './otlp.ts'
export { readableDuration } from './waterfall-page.ts'
