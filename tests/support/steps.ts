/**
 * Steps of an end-to-end run: one line each, with its time.
 *
 * `act` changes the system: when it fails there is nothing sensible to go on with, so the run ends. `check` only looks: a failed
 * check is counted, and the checks after it still run.
 */
export interface Steps {
  act<Result>(title: string, work: () => Promise<Result>): Promise<Result>
  check(title: string, work: () => Promise<void>): Promise<void>
  readonly passed: number
  readonly failed: number
}

export function createSteps(write: (text: string) => void): Steps {
  let passed = 0
  let failed = 0

  async function run<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now()
    const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(7)
    try {
      const result = await work()
      passed += 1
      write(`ok     ${seconds()}  ${title}\n`)
      return result
    } catch (error) {
      failed += 1
      const reason = error instanceof Error ? error.message : String(error)
      write(`FAILED ${seconds()}  ${title}\n${reason.replaceAll(/^/gm, '                ')}\n`)
      throw error
    }
  }

  return {
    act: run,
    check: (title, work) => run(title, work).catch(() => undefined),
    get passed() {
      return passed
    },
    get failed() {
      return failed
    },
  }
}
