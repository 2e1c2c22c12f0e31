#!/usr/bin/env node
import { loadCliConfig } from './config.ts'
import { runCommandLine } from './run-command-line.ts'

process.exitCode = await runCommandLine({
  words: process.argv.slice(2),
  config: loadCliConfig(process.env),
  stdout: process.stdout,
  stderr: process.stderr,
  nowMs: Date.now(),
})
