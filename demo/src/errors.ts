/** Something that the person at the keyboard can mend: shown as one line, without a stack. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
  readonly code = 'setup-failed'
}

/** A process did not come up, or ended by itself. `lastLines` is the end of its log. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError'
  readonly code = 'process-failed'
  readonly process: string
  readonly lastLines: readonly string[]

  constructor(process: string, message: string, lastLines: readonly string[]) {
    super(`${process} ${message}`)
    this.process = process
    this.lastLines = lastLines
  }
}
