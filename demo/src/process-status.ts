/** What can be seen of a process. Types only: the demo page, which is built for a browser, shares them. */
export type ProcessState = 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'

export interface ProcessStatus {
  readonly name: string
  readonly state: ProcessState
  readonly pid: number | null
  /** Since when it has been in this state. */
  readonly since: string
  /** Why it is no longer there, null while it is. */
  readonly ended: string | null
  readonly logFile: string
}
