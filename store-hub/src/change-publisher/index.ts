export { createChangePublisher } from './change-publisher.ts'
export type { ChangePublisher } from './change-publisher.ts'
export { createNatsLine } from './nats-line.ts'
export type { NatsLine } from './nats-line.ts'
