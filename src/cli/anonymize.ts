/** `dumpstream anonymize [FILE]`: makes a log whose dumps can be shown to strangers, for a bug report. */
import { readFileSync, statSync } from 'node:fs'
import { anonymize } from '../anonymize/anonymize.ts'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorText } from '../core/system-error.ts'
import { Output } from '../sinks/output.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { EXIT } from './exit.ts'
import type { Terminal } from './terminal.ts'

/** The whole log is held in memory, several times over. */
const LARGEST = 256 << 20

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  const [file = '-', ...more] = args.operands
  if (more.length > 0) throw usageError('anonymize takes one FILE: dumpstream anonymize app.log > shareable.log')
  const { text, replaced } = anonymize(read(file, terminal))
  const output = new Output(terminal.stdout, { name: 'stdout' })
  output.writeBytes(text)
  output.flush()
  if (output.failure !== undefined) throw output.failure
  const what = replaced === 1 ? '1 word was' : `${replaced} words were`
  terminal.complain(`${what} replaced; check the result before you share it: numbers and field names are unchanged`)
  return EXIT.fine
}

function read(file: string, terminal: Terminal): Buffer {
  const source = file === '-' ? terminal.stdin : file
  try {
    if (typeof source === 'string' && statSync(source).size > LARGEST)
      throw new DumpstreamError('DS_INPUT', `${file}: is larger than 256 MB; cut out the dump with the lines around it`)
    return readFileSync(source)
  } catch (error) {
    if (error instanceof DumpstreamError) throw error
    throw new DumpstreamError('DS_INPUT', `${file}: ${systemErrorText(error)}`, { cause: error })
  }
}
