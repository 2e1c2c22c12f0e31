export { createStatusReader, statusRoutes, type StatusReader } from './status.ts'
export { registerMetrics } from './metrics.ts'
