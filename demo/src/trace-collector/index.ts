export { buildTraceCollector } from './collector.ts'
export type { CollectedSpan } from './otlp.ts'
