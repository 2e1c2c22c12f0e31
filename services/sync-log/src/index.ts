export { syncLogService } from './app.ts'
