/** Rows of a file, one after the other, in bounded memory. */
import { createReadStream } from 'node:fs'
import { CsvError, parse } from 'csv-parse'
import { mapObject, mapOwnRow, mapShopifyRow, ownColumns, type ImportDefaults, type MappedRow } from './map-row.ts'
import { splitJson, UnreadableFileError } from './split-json.ts'

export const importFormats = ['csv', 'shopify', 'json'] as const
export type ImportFormat = (typeof importFormats)[number]

export interface FileRow {
  /** As a spreadsheet counts, with the header as row 1; in JSON the first object is 1. */
  readonly row: number
  readonly mapped: MappedRow
  /** Bytes of the file that are read. */
  readonly bytesRead: number
}

const maxRecordLength = 100_000

/** Throws an UnreadableFileError that says where a file can't be read any further. */
export async function* readFileRows(
  path: string,
  format: ImportFormat,
  defaults: ImportDefaults,
): AsyncGenerator<FileRow> {
  const file = createReadStream(path, { encoding: 'utf8' })
  try {
    if (format === 'json') {
      let row = 0
      for await (const { value } of splitJson(file as AsyncIterable<string>)) {
        row += 1
        yield { row, mapped: mapObject(value), bytesRead: file.bytesRead }
      }
      return
    }
    const map = format === 'shopify' ? mapShopifyRow(defaults) : mapOwnRow(defaults)
    const parser = file.pipe(
      parse({
        bom: true,
        relax_column_count: true,
        skip_empty_lines: true,
        trim: true,
        max_record_size: maxRecordLength,
      }),
    )
    let columns: readonly string[] | undefined
    let row = 0
    for await (const record of parser as AsyncIterable<string[]>) {
      row += 1
      if (columns === undefined) {
        columns = checkedColumns(record, format)
        continue
      }
      const names = columns
      const isTorn = record.length !== names.length
      const mapped: MappedRow = isTorn
        ? { kind: 'refused', sku: '', problem: `has ${record.length} cells and the header ${names.length}` }
        : map(new Map(record.map((cell, index) => [names[index] ?? '', cell])))
      yield { row, mapped, bytesRead: file.bytesRead }
    }
    if (columns === undefined) throw new UnreadableFileError('the file is empty')
  } catch (error) {
    if (error instanceof CsvError) throw new UnreadableFileError(error.message)
    throw error
  } finally {
    file.destroy()
  }
}

function checkedColumns(header: readonly string[], format: ImportFormat): readonly string[] {
  const twice = header.find((name, index) => name !== '' && header.indexOf(name) !== index)
  if (twice !== undefined) throw new UnreadableFileError(`the column ${twice} is there twice`)
  const needed = format === 'shopify' ? ['Handle', 'Title', 'Variant SKU', 'Variant Price'] : ['sku']
  const missing = needed.filter((name) => !header.includes(name))
  if (missing.length > 0) throw new UnreadableFileError(`the column ${missing.join(', ')} is missing`)
  const known: readonly string[] = ownColumns
  const strange = format === 'csv' ? header.find((name) => !known.includes(name)) : undefined
  if (strange !== undefined) {
    throw new UnreadableFileError(
      `the column ${JSON.stringify(strange.slice(0, 60))} is not known; known are ${known.join(', ')}`,
    )
  }
  return header
}
