/** JSON merge patch (RFC 7396). */

/** The document after the patch; neither is changed. `null` in a patch removes, whatever it meets is replaced. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name)
    else result.set(name, applyMergePatch(result.get(name), value))
  }
  // `fromEntries` defines members: a `__proto__` that came in stays a member, which the rules then refuse by its name.
  return Object.fromEntries(result)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
