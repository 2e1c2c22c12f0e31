export { salesService } from './app.ts'
