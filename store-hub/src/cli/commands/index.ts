import type { Command } from '../command.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { importCommand } from './import.ts'
import { enrolCodeCommand } from './enrol-code.ts'
import { leaseCommands } from './lease.ts'
import { quarantineCommands } from './quarantine.ts'
import { statusCommand } from './status.ts'
import { compactCommand, databasesCommand, verifyCommand } from './store.ts'

export const commands: readonly Command[] = [
  statusCommand,
  databasesCommand,
  verifyCommand,
  compactCommand,
  backupCommand,
  restoreCommand,
  importCommand,
  enrolCodeCommand,
  ...quarantineCommands,
  ...leaseCommands,
]
