import path from 'node:path'
import { restoreBackup } from '../../backup/index.ts'
import type { Command } from '../command.ts'
import { formatAgo, formatBytes, formatDocuments } from '../format.ts'

export const backupCommand: Command = {
  words: ['backup'],
  summary: 'copy the whole store as it is at one moment, while the hub runs',
  positionals: ['<target folder>'],
  options: {},
  async run({ hub, arguments: { positionals }, report }) {
    const done = await (await hub()).backup(path.resolve(positionals[0] ?? ''), report)
    return { data: done, text: `${formatDocuments(done.documents)}, ${formatBytes(done.bytes)}: ${done.target}` }
  },
}

export const restoreCommand: Command = {
  words: ['restore'],
  summary: 'make a data folder from a backup, as a new epoch; no hub may run on the folder',
  positionals: ['<backup folder>'],
  options: {
    replace: { type: 'boolean', description: 'move a data folder that is not empty aside' },
  },
  async run({ arguments: { positionals, flag }, dataDirectory, report, nowMs }) {
    const backup = path.resolve(positionals[0] ?? '')
    const done = await restoreBackup({ backup, dataDirectory, replace: flag('replace'), onProgress: report })
    const { manifest, movedTo, epoch } = done
    const documents = manifest.databases.reduce((sum, database) => sum + database.documents, 0)
    const lines = [
      `${formatDocuments(documents)} as of ${manifest.createdAt} (${formatAgo(manifest.createdAt, nowMs)}): ${dataDirectory}`,
      `Epoch ${epoch} begins. What came after the backup comes back from terminals and central when the hub runs.`,
      'If central knows another hub of this store, this one is read-only at first: "hub lease take" when that one is gone.',
      ...(movedTo === undefined
        ? []
        : [`The old data folder is now ${movedTo}; remove it when you no longer need it.`]),
    ]
    const data = { dataDirectory, epoch, documents, backupAt: manifest.createdAt, movedTo: movedTo ?? null }
    return { data, text: lines.join('\n') }
  },
}
