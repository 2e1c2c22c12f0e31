/** What the browser's storage says when it can't: told apart where a person can do something about it. */

/** True when a write failed for want of room. PouchDB wraps the browser's error, or only quotes it. */
export function isNoRoom(error: unknown): boolean {
  for (let current = error, depth = 0; typeof current === 'object' && current !== null && depth < 5; depth += 1) {
    const { name, message, reason, cause } = current as Record<string, unknown>
    if (
      [name, message, reason].some((text) =>
        /quota ?exceeded|QuotaExceededError|disk is full|FILE_NO_SPACE/i.test(String(text)),
      )
    )
      return true
    current = cause
  }
  return false
}
