export { createStatusReader, statusRoutes } from './status.ts'
export type { StatusParts, StatusReader } from './status.ts'
export { registerMetrics } from './metrics.ts'
