/** What a person did not get, and what to do about it. */
export class CliError extends Error {
  readonly code: string
  readonly exitCode: number

  constructor(code: string, message: string, exitCode: number = exitCodes.problem, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.code = code
    this.exitCode = exitCode
  }
}

export const exitCodes = {
  ok: 0,
  /** it could not be done, or something is wrong with the store */
  problem: 1,
  /** the command line is not understood */
  usage: 2,
} as const

export const usageError = (message: string): CliError => new CliError('usage', message, exitCodes.usage)
