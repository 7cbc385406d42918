/** Checks options, which JavaScript can pass without types: an invalid value is refused at once instead of showing up as a missing dump. */
import { INPUT_KINDS } from '../carriers/detect.ts'
import { DumpstreamError } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { EngineOptions } from './contract.ts'

const SIMILARITIES = ['origin', 'functions', 'lines', 'exact']
const STACKS = ['first', 'always', 'never']
const ORDERS = ['auto', 'oldest_first']
const FORMS = ['auto', 'lines']

/** @throws DumpstreamError `DS_OPTION` */
export function checkOptions(options: EngineOptions): void {
  checkObject(options)
  const { source, similarity, stacks, input, order, form, idle, limits, streamKeys, bound } = options
  if (source !== undefined && typeof source !== 'string') throw refusal('source', 'a name', source)
  checkChoice('similarity', SIMILARITIES, similarity)
  checkChoice('stacks', STACKS, stacks)
  checkChoice('input', INPUT_KINDS, input)
  checkChoice('order', ORDERS, order)
  checkChoice('form', FORMS, form)
  if (streamKeys !== undefined && !Array.isArray(streamKeys))
    throw refusal('streamKeys', 'an array of names', streamKeys)
  if (idle !== undefined && !(idle > 0)) throw refusal('idle', 'milliseconds above 0', idle)
  for (const [name, value] of Object.entries(bound ?? {})) {
    if (name !== 'goroutines' && name !== 'memory') throw refusal('bound', 'goroutines or memory', name)
    if (!(typeof value === 'number' && value > 0)) throw refusal(`bound.${name}`, 'a number above 0', value)
  }
  for (const [name, value] of Object.entries(limits ?? {})) {
    if (!Object.hasOwn(LIMITS, name))
      throw new DumpstreamError('DS_OPTION', `limits has no ${name}; LIMITS lists all names`)
    if (!(Number.isInteger(value) && value > 0)) throw refusal(`limits.${name}`, 'a whole number above 0', value)
  }
}

/** @throws DumpstreamError `DS_OPTION` */
export function checkObject(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw refusal('options', 'an object', options)
}

/** @throws DumpstreamError `DS_OPTION` */
export function checkBytes(chunk: unknown): void {
  if (!ArrayBuffer.isView(chunk)) throw refusal('push', 'bytes, such as Buffer.from(text)', chunk)
}

/** Undefined means the default. */
export function checkChoice(name: string, choices: readonly string[], value: unknown): void {
  if (value !== undefined && !choices.some((choice) => choice === value)) throw refusal(name, choices.join(', '), value)
}

function refusal(name: string, what: string, value: unknown): DumpstreamError {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new DumpstreamError('DS_OPTION', `${name} takes ${what}, not ${text}`)
}
