/** The connection to NATS. The first connection must work; after that it comes back by itself, for ever. */
import { connect, type NatsConnection } from '@nats-io/transport-node'

/** `url` may hold `user:password@` or `token@`; nats.js takes them as options only. */
export async function connectNats(url: string, name: string): Promise<NatsConnection> {
  const { username, password, host, protocol } = new URL(url)
  const credentials =
    username === ''
      ? {}
      : password === ''
        ? { token: decodeURIComponent(username) }
        : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
  return connect({
    servers: host,
    name,
    ...credentials,
    ...(protocol === 'tls:' ? { tls: {} } : {}),
    maxReconnectAttempts: -1,
    timeout: 5000,
    reconnectTimeWait: 500,
    reconnectJitter: 500,
    pingInterval: 10_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
  })
}
