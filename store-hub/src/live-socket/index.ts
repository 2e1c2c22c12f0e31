export { liveSocket } from './live-socket.ts'
export type { LiveSocket, LiveSocketOptions } from './live-socket.ts'
