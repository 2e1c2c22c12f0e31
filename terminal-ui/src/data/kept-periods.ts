/** How many periods of receipts a till keeps once head office has them. */
export const defaultKeptPeriods = 2
export const maxKeptPeriods = 13
