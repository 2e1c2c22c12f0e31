/** What tests of the services share. Only tests import it. */
export { startCentral, type Central } from './central.ts'
export { connectPublisher, type PublishOptions, type TestPublisher } from './change-publisher.ts'
export { freePort } from './free-port.ts'
export { notebookService } from './notebook-service.ts'
export { startNatsServer, type NatsServer } from './nats-server.ts'
export { startProcess, type NodeProcess } from './node-process.ts'
export {
  sampleCount,
  sampleMovement,
  sampleSeries,
  sampleUlid,
  type SampleDocument,
  type SampleEntry,
} from './sample-documents.ts'
export { runInProcess, silentLogger, type TestAnswer, type TestService } from './run-in-process.ts'
export { signInEnvironment, signToken, type TestClaims } from './sign-in.ts'
export { waitUntil } from './wait-until.ts'
export { sampleLog, signed, type SampleLog } from './sample-log.ts'
export { sampleTill, type SampleTill, type TillLine, type TillOptions } from './sample-till.ts'
