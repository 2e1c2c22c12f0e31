/** GS1 check digits: EAN-8, UPC-A and EAN-13 share one rule (GS1 General Specifications, section 7.9). */

/** The check digit of a barcode's digits without it, such as the first 12 of an EAN-13. */
export function gs1CheckDigit(digits: string): number {
  if (!/^[0-9]+$/.test(digits)) throw new RangeError(`digits only, got "${digits}"`)
  const weighted = [...digits].toReversed().map((digit, index) => Number(digit) * (index % 2 === 0 ? 3 : 1))
  return (10 - (weighted.reduce((total, value) => total + value, 0) % 10)) % 10
}

/** True for an EAN-8, UPC-A or EAN-13 whose last digit checks. */
export function isValidBarcode(barcode: string): boolean {
  return /^([0-9]{8}|[0-9]{12,13})$/.test(barcode) && gs1CheckDigit(barcode.slice(0, -1)) === Number(barcode.at(-1))
}
