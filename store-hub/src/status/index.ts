export { createStatusReader, statusRoutes } from './status.ts'
export { registerMetrics } from './metrics.ts'
