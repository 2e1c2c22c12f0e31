export { buildCentral } from './app.ts'
