/** The client's connections and negotiated requests, for what its own calls do not offer. */
import type { API, Connection, Consumer } from '@platformatic/kafka'
import type { Client } from './client.ts'

/** @throws Error if there is no such broker, or it cannot be reached */
export async function connectionTo(client: Client, consumer: Consumer, node: number): Promise<Connection> {
  const { brokers } = await consumer.metadata({ topics: [...consumer.topics.current] })
  const broker = brokers.get(node)
  if (broker === undefined) throw new Error(`unknown broker ${node}`)
  return await new Promise((resolve, reject) =>
    consumer[client.kGetConnection](broker, settle<Connection>(resolve, reject)),
  )
}

/** The request in the highest version that both sides support. */
export async function requestOf<Arguments extends unknown[], Answer>(
  client: Client,
  consumer: Consumer,
  name: string,
): Promise<API<Arguments, Answer>> {
  return await new Promise((resolve, reject) =>
    consumer[client.kGetApi]<Arguments, Answer>(name, settle<API<Arguments, Answer>>(resolve, reject)),
  )
}

export function settle<T>(
  resolve: (value: T) => void,
  reject: (error: Error) => void,
): (error: Error | null, value?: T) => void {
  return (error, value) => {
    if (value === undefined) reject(error ?? new Error('no answer'))
    else resolve(value)
  }
}
