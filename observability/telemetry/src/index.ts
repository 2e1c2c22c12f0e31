export type { SpanHandle, SpanOptions, Telemetry, TelemetryOptions } from './telemetry.ts'
export { startTelemetry } from './telemetry.ts'
