export { createHeadOfficeReport, type ReportTimings } from './head-office-report.ts'
