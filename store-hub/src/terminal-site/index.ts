export { terminalSite } from './terminal-site.ts'
