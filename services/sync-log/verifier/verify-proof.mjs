#!/usr/bin/env node
/**
 * Checks a proof of the Tidemark audit. It stands alone on purpose: one file, nothing but Node, no server, and no line in common
 * with the service that made the proof.
 *
 *     entry ── its hash ── the hub's signature
 *       └─ with recordedAt: leaf ── path (RFC 9162) ── root ── signed head ── the audit's key
 *
 * Exit code 0: the proof holds. 1: it does not, or can't be read. Either way one sentence says why.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'

const usage = 'usage: tidemark-verify-proof <proof.json> [--key <the audit’s public key in base64, or a file with it>]'
const maxFileBytes = 16 * 1024 * 1024
const maxPathLength = 64

class Refusal extends Error {}

try {
  const { file, key } = readArguments(process.argv.slice(2))
  process.stdout.write(`${judge(readJson(file), key)}\n`)
} catch (error) {
  const reason = error instanceof Refusal ? error.message : `it can’t be read: ${error.message}`
  process.stdout.write(`This proof does not hold: ${reason}.\n`)
  process.exitCode = 1
}

function readArguments(given) {
  const rest = [...given]
  let key
  const at = rest.indexOf('--key')
  if (at >= 0) {
    const [, value] = rest.splice(at, 2)
    if (value === undefined) throw new Refusal(`--key names no key (${usage})`)
    key = readKey(value)
  }
  const [file] = rest
  if (file === undefined || rest.length > 1) throw new Refusal(`one file must be named (${usage})`)
  return { file, key }
}

function readKey(value) {
  const isKey = (text) => /^[A-Za-z0-9+/]{43}=$/.test(text)
  if (isKey(value)) return value
  const text = readFileSync(value, 'utf8').trim()
  if (isKey(text)) return text
  // What the service answers at /key.
  const { publicKey } = JSON.parse(text)
  if (typeof publicKey !== 'string' || !isKey(publicKey)) throw new Refusal(`${value} holds no key`)
  return publicKey
}

function readJson(file) {
  if (statSync(file).size > maxFileBytes) throw new Refusal('the file is larger than any proof')
  const value = JSON.parse(readFileSync(file, 'utf8'))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal('it is no JSON object')
  return value
}

function judge(proof, key) {
  if (proof.format === 'tidemark-audit-proof/1') return judgeEntry(proof, key)
  if (proof.format === 'tidemark-audit-consistency/1') return judgeConsistency(proof, key)
  throw new Refusal(`its format is ${JSON.stringify(proof.format)}, which is not known here`)
}

/** An entry is in the tree that the head is over. */
function judgeEntry(proof, key) {
  const { entry, recordedAt, position, head, publicKey, hubPublicKey } = proof
  if (typeof entry !== 'object' || entry === null) throw new Refusal('it holds no entry')
  if (typeof recordedAt !== 'string') throw new Refusal('recordedAt is missing')
  const path = readPath(proof.path)
  checkEntry(entry, hubPublicKey)
  checkHead(head, 'the head', publicKey, key)
  if (!isCount(position) || position >= head.size)
    throw new Refusal(`there is no position ${position} in ${head.size} entries`)
  const leaf = leafHash(canonicalJson({ entry, recordedAt }))
  const root = rootFromPath(leaf, position, head.size, path)
  if (root.toString('hex') !== head.rootHash) throw new Refusal('the entry does not lead to the root that was signed')
  const kind = entry.event?.kind ?? 'entry'
  const hub =
    hubPublicKey === undefined
      ? 'The signature of its hub could not be checked: the proof has no key of the hub'
      : 'Its hash and the signature of its hub are right'
  return [
    `This proof holds: ${entry._id} (${kind} of store ${entry.storeId}, ${entry.at}) is entry ${position + 1} of the ${head.size}`,
    ` that the audit signed on ${head.signedAt}, recorded at ${recordedAt}. ${hub}. ${keySentence(head, publicKey, key)}`,
  ].join('')
}

/** The tree of the second head begins with that of the first: nothing of it was changed or removed. */
function judgeConsistency(proof, key) {
  const { first, second, publicKey, firstPublicKey } = proof
  const path = readPath(proof.path)
  checkHead(second, 'the second head', publicKey, key)
  // The audit may have changed its key since; then only the second is of the key that was given.
  checkHead(first, 'the first head', firstPublicKey, firstPublicKey === publicKey ? key : undefined)
  if (first.size > second.size) throw new Refusal('the first head is over more entries than the second')
  const { older, newer } = rootsFromConsistency(first.size, second.size, Buffer.from(first.rootHash, 'hex'), path)
  if (older.toString('hex') !== first.rootHash)
    throw new Refusal('the path does not lead to the root of the first head')
  if (newer.toString('hex') !== second.rootHash)
    throw new Refusal('the path does not lead to the root of the second head')
  return [
    `This proof holds: the ${first.size} entries that the audit signed on ${first.signedAt} are, unchanged and in their order, the`,
    ` first of the ${second.size} that it signed on ${second.signedAt}. ${keySentence(second, publicKey, key)}`,
  ].join('')
}

function keySentence({ keyId }, publicKey, key) {
  if (key !== undefined) return `The key of the audit is the one that you gave (${keyId}).`
  return `The key of the audit (${keyId}, ${publicKey}) is the proof’s own: compare it with the one that you know, or give it with --key.`
}

function checkEntry(entry, hubPublicKey) {
  const body = Object.fromEntries(
    Object.entries(entry).filter(
      ([name]) => (name === '_id' || !name.startsWith('_')) && name !== 'hash' && name !== 'signature',
    ),
  )
  if (sha256(canonicalJson(body)).toString('hex') !== entry.hash)
    throw new Refusal('the entry is not what its hash says')
  if (hubPublicKey === undefined) return
  if (!isSigned(Buffer.from(entry.hash, 'hex'), entry.signature, hubPublicKey)) {
    throw new Refusal('the entry is not signed with the key of its hub')
  }
}

function checkHead(head, name, publicKey, key) {
  if (typeof head !== 'object' || head === null) throw new Refusal(`${name} is missing`)
  const { signature, ...content } = head
  if (head.format !== 'tidemark-audit-head/1') throw new Refusal(`the format of ${name} is not known here`)
  if (!isCount(head.size) || head.size < 1) throw new Refusal(`the size of ${name} is no number of entries`)
  if (!isHash(head.rootHash)) throw new Refusal(`the root of ${name} is no hash`)
  if (key !== undefined && key !== publicKey)
    throw new Refusal(`${name} is signed with another key than the one that you gave`)
  if (!isSigned(Buffer.from(canonicalJson(content)), signature, publicKey)) {
    throw new Refusal(`${name} does not have the signature of the audit`)
  }
  if (sha256(Buffer.from(publicKey, 'base64')).toString('hex').slice(0, 16) !== head.keyId) {
    throw new Refusal(`${name} names another key than the one that signed it`)
  }
}

function readPath(path) {
  if (!Array.isArray(path) || path.length > maxPathLength || !path.every(isHash)) {
    throw new Refusal('its path is no list of hashes')
  }
  return path.map((hash) => Buffer.from(hash, 'hex'))
}

/** RFC 9162, section 2.1.3.2, with halves instead of shifts: sizes may exceed 32 bits. */
function rootFromPath(leaf, index, size, path) {
  let [position, last, hash] = [index, size - 1, leaf]
  for (const sibling of path) {
    if (last === 0) throw new Refusal('its path is too long for the place of the entry')
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash)
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    position = half(position)
    last = half(last)
  }
  if (last !== 0) throw new Refusal('its path is too short for the place of the entry')
  return hash
}

/** RFC 9162, section 2.1.4.2. */
function rootsFromConsistency(first, second, firstRoot, given) {
  if (first === second) {
    if (given.length > 0) throw new Refusal('its path is too long for two heads of one size')
    return { older: firstRoot, newer: firstRoot }
  }
  const path = isPowerOfTwo(first) ? [firstRoot, ...given] : [...given]
  let [position, last] = [first - 1, second - 1]
  while (position % 2 === 1) [position, last] = [half(position), half(last)]
  const [seed, ...rest] = path
  if (seed === undefined) throw new Refusal('its path is too short for the sizes of the heads')
  let [older, newer] = [seed, seed]
  for (const hash of rest) {
    if (last === 0) throw new Refusal('its path is too long for the sizes of the heads')
    if (position % 2 === 1 || position === last) {
      older = nodeHash(hash, older)
      newer = nodeHash(hash, newer)
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)]
    } else {
      newer = nodeHash(newer, hash)
    }
    position = half(position)
    last = half(last)
  }
  if (last !== 0) throw new Refusal('its path is too short for the sizes of the heads')
  return { older, newer }
}

function half(number) {
  return Math.floor(number / 2)
}

function isPowerOfTwo(number) {
  let rest = number
  while (rest % 2 === 0) rest /= 2
  return rest === 1
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0
}

function isHash(value) {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function leafHash(text) {
  return sha256(Buffer.concat([Buffer.from([0]), Buffer.from(text)]))
}

function nodeHash(left, right) {
  return sha256(Buffer.concat([Buffer.from([1]), left, right]))
}

function sha256(data) {
  return createHash('sha256').update(data).digest()
}

/** Ed25519 (RFC 8032); `publicKey` is the raw key in base64. */
function isSigned(data, signature, publicKey) {
  if (typeof signature !== 'string' || typeof publicKey !== 'string') return false
  try {
    const x = Buffer.from(publicKey, 'base64').toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return verify(null, data, key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** RFC 8785. */
function canonicalJson(value) {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`).join(',')}}`
}
