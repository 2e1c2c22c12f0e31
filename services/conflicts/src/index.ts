export { conflictsService } from './app.ts'
