#!/usr/bin/env node
import { loadCliConfig } from './config.ts'
import { runCommandLine } from './run-command-line.ts'

// `hub quarantine list | head` closes the pipe: nobody reads on, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runCommandLine({
  words: process.argv.slice(2),
  config: loadCliConfig(process.env),
  stdout: process.stdout,
  stderr: process.stderr,
  nowMs: Date.now(),
})
