/** A short run of the fuzzer from a seed that stays the same; `npm run fuzz` goes on from random ones. */
import { expect, it } from 'vitest'
import { checkArchive } from './archives.ts'
import { check, randomCuts } from './check.ts'
import { generate } from './generate.ts'
import { Random } from './random.ts'

const SEED = 20_261_128
const INPUTS = 400
const ARCHIVES = 60

it(`reads ${INPUTS} nearly logs whole and in pieces alike`, () => {
  const faults: string[] = []
  for (let index = 0; index < INPUTS; index++) {
    const random = new Random(SEED, index)
    const input = generate(random)
    const fault = check(input, randomCuts(random, input.bytes.length))
    if (fault !== undefined) faults.push(`input ${index}: ${fault}`)
  }
  expect(faults).toEqual([])
})

it(`reads ${ARCHIVES} packed inputs, whole and damaged`, async () => {
  const faults: string[] = []
  for (let index = 0; index < ARCHIVES; index++) {
    const { fault } = await checkArchive(new Random(SEED, index))
    if (fault !== undefined) faults.push(`input ${index}: ${fault}`)
  }
  expect(faults).toEqual([])
})
