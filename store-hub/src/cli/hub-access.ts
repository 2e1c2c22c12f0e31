// The one way of the commands to a hub. A hub that runs on the data folder is asked over loopback; without one the store is
// opened here, and its lock keeps a hub from starting meanwhile.
import type {
  ImportReport,
  EnrolmentCode,
  LeaseStatus,
  QuarantineItem,
  QuarantineItemWithText,
  QuarantineOffer,
  QuarantinePage,
  UnsentFile,
} from '@tidemark/contracts'
import type { BackupReport, CompactReport, Overview, ReportProgress, VerifyReport } from '../administration/index.ts'

export interface QuarantineFilterOptions {
  readonly database?: string | undefined
  readonly origin?: string | undefined
  readonly state?: string | undefined
  readonly limit: number
  readonly after?: string | undefined
}

/** Every call rejects with a CliError that says what to do. */
export interface HubAccess {
  readonly isRunning: boolean
  overview(): Promise<Overview>
  compact(databases: readonly string[] | undefined, report: ReportProgress): Promise<CompactReport>
  verify(report: ReportProgress): Promise<VerifyReport>
  /** `target` is an absolute path. */
  backup(target: string, report: ReportProgress): Promise<BackupReport>
  listQuarantine(filter: QuarantineFilterOptions): Promise<QuarantinePage>
  readQuarantine(id: string): Promise<QuarantineItemWithText>
  offer(id: string, by: string): Promise<QuarantineOffer>
  discard(id: string, by: string, reason: string): Promise<QuarantineItem>
  restore(id: string, by: string): Promise<QuarantineItem>
  takeLease(): Promise<LeaseStatus>
  importFile(file: UnsentFile, by: string): Promise<ImportReport>
  makeEnrolmentCode(by: string): Promise<EnrolmentCode>
  /** Leaves the store as it is for the next. */
  close(): Promise<void>
}
