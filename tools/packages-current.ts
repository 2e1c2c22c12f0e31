// Exits 0 when node_modules holds just what package-lock.json says. npm writes node_modules/.package-lock.json at the very
// end of an installation, so an interrupted one is never taken for a whole one.
import { existsSync, readFileSync } from 'node:fs'

interface LockedPackage {
  readonly version?: string
  readonly link?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
}

const root = new URL('../', import.meta.url)
const installedFile = new URL('node_modules/.package-lock.json', root)

function packagesOf(file: URL): Map<string, LockedPackage> {
  const lock: { packages?: Record<string, LockedPackage> } = JSON.parse(readFileSync(file, 'utf8'))
  return new Map(Object.entries(lock.packages ?? {}))
}

function isCurrent(): boolean {
  if (!existsSync(installedFile)) return false
  const installed = packagesOf(installedFile)
  for (const [path, locked] of packagesOf(new URL('package-lock.json', root))) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue
    const found = installed.get(path)
    // An optional package may be for another platform, and then it is rightly absent.
    if (found === undefined ? locked.optional !== true : found.version !== locked.version) return false
  }
  return true
}

process.exit(isCurrent() ? 0 : 1)
