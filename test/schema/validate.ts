/** The published schema, as the golden tests use it. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

const schema: object = JSON.parse(readFileSync(new URL('../../schema/record.v1.json', import.meta.url), 'utf8'))
const validate = new Ajv2020({ allErrors: true, strict: true, strictTuples: false }).compile(schema)

/** What is wrong with a record, a line each; empty when it is as the schema says. */
export function validateRecord(record: unknown): string[] {
  if (validate(record)) return []
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`)
}
