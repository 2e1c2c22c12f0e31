/** Objects of a JSON array, or of one object per line, as they arrive: a file is never in memory as a whole. */

export interface JsonPiece {
  /** Undefined when the text is no JSON object. */
  readonly value: Readonly<Record<string, unknown>> | undefined
}

/** Thrown for a file that is not a list of objects. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
}

const maxObjectLength = 100_000

/** Each top-level object of the text. Throws an UnreadableFileError for anything else than objects in an array or in lines. */
export async function* splitJson(chunks: AsyncIterable<string>): AsyncGenerator<JsonPiece> {
  let text = ''
  let depth = 0
  let inString = false
  let isEscaped = false
  let hasEnded = false
  let inArray: boolean | undefined
  for await (const chunk of chunks) {
    for (const letter of chunk) {
      if (depth === 0) {
        if (letter === '{' && !hasEnded) {
          inArray ??= false
          text = letter
          depth = 1
        } else if (letter === '[' && inArray === undefined) inArray = true
        else if (letter === ']' && inArray === true && !hasEnded) hasEnded = true
        else if (!/[\s,\ufeff]/.test(letter))
          throw new UnreadableFileError(`expected an object, found ${JSON.stringify(letter)}`)
        continue
      }
      text += letter
      if (text.length > maxObjectLength)
        throw new UnreadableFileError(`an object is longer than ${maxObjectLength} characters`)
      if (inString) {
        if (isEscaped) isEscaped = false
        else if (letter === '\\') isEscaped = true
        else if (letter === '"') inString = false
      } else if (letter === '"') inString = true
      else if (letter === '{' || letter === '[') depth += 1
      else if (letter === '}' || letter === ']') {
        depth -= 1
        if (depth === 0) yield { value: parsed(text) }
      }
    }
  }
  if (depth > 0 || (inArray === true && !hasEnded)) throw new UnreadableFileError('the file ends within the list')
}

function parsed(text: string): JsonPiece['value'] {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}
