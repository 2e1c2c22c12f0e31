// Exits 0 when node_modules holds just what package-lock.json says. npm writes node_modules/.package-lock.json at the very
// end of an installation, so an interrupted one is never taken for a whole one. The first package that is missing is named.
import { existsSync, readFileSync } from 'node:fs'

interface LockedPackage {
  readonly version?: string
  readonly link?: boolean
  readonly optional?: boolean
  readonly os?: string | readonly string[]
  readonly cpu?: string | readonly string[]
  readonly libc?: string | readonly string[]
}

const root = new URL('../', import.meta.url)
const installedFile = new URL('node_modules/.package-lock.json', root)

function packagesOf(file: URL): Map<string, LockedPackage> {
  const lock: { packages?: Record<string, LockedPackage> } = JSON.parse(readFileSync(file, 'utf8'))
  return new Map(Object.entries(lock.packages ?? {}))
}

function missingPackage(): string | undefined {
  if (!existsSync(installedFile)) return 'every package'
  const installed = packagesOf(installedFile)
  for (const [path, locked] of packagesOf(new URL('package-lock.json', root))) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue
    // A package for another platform is rightly absent, and so is what only that one needs, which names no platform.
    if (locked.optional === true && (locked.os === undefined || !isForThisPlatform(locked))) continue
    if (installed.get(path)?.version !== locked.version || !existsSync(new URL(path, root))) return path
  }
  return undefined
}

function isForThisPlatform({ os, cpu, libc }: LockedPackage): boolean {
  return names(os, process.platform) && names(cpu, process.arch) && names(libc, 'glibc')
}

function names(allowed: string | readonly string[] | undefined, value: string): boolean {
  return allowed === undefined || [allowed].flat().includes(value)
}

const missing = missingPackage()
if (missing !== undefined) process.stdout.write(`missing or out of date: ${missing}\n`)
process.exit(missing === undefined ? 0 : 1)
