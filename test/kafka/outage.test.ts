import { describe, expect, it } from 'vitest'
import { failureOf } from '../../src/kafka/errors.ts'
import { Outage } from '../../src/kafka/outage.ts'

describe('an outage', () => {
  it('is said once, and once more when all is back, however much is away', () => {
    const said: string[] = []
    let now = 0
    const outage = new Outage(
      (line) => said.push(line),
      () => now,
    )
    const waits = [
      outage.failed('broker 1', 'refused'),
      outage.failed('broker 1', 'refused'),
      outage.failed('group', 'gone'),
    ]
    expect(waits).toEqual([250, 500, 250])
    now = 3200
    outage.worked('broker 1')
    expect(outage.isAway).toBe(true)
    outage.worked('group')
    expect(said).toEqual(['broker 1: refused; trying again', 'group: works again after 3.2 s'])
  })

  it('is tried again ever more slowly, up to 10 s', () => {
    const outage = new Outage(
      () => {},
      () => 0,
    )
    const waits = Array.from({ length: 12 }, () => outage.failed('broker 1', 'refused'))
    expect(waits.at(-1)).toBe(10_000)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
  })
})

describe('a failure', () => {
  const protocol = (apiId: string): Error => Object.assign(new Error('many words of the client.'), { apiId })

  it('is told by the innermost error', () => {
    const error = new AggregateError(
      [new Error('Connection failed.', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') })],
      'x',
    )
    expect(failureOf(error)).toMatchObject({ text: 'connect ECONNREFUSED 127.0.0.1:1', isFinal: false })
  })

  it('is final where trying again does not help', () => {
    expect(failureOf(new AggregateError([protocol('TOPIC_AUTHORIZATION_FAILED')])).isFinal).toBe(true)
    expect(failureOf(new Error('Unknown topic nope.'))).toMatchObject({
      text: 'topic nope does not exist',
      isFinal: true,
    })
    expect(failureOf(protocol('LEADER_NOT_AVAILABLE'))).toMatchObject({
      text: 'the partition has no leader right now',
      isFinal: false,
    })
  })
})
