/** `dumpstream mcp`: answers questions about logs, for agents. Reads only the files that it is asked about, and writes nothing. */
import { diff, signature, triage, waits } from '../mcp/answers.ts'
import { serve, type Tool } from '../mcp/server.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { compareFiles } from './diff.ts'
import { EXIT } from './exit.ts'
import type { Terminal } from './terminal.ts'

const PATH = 'Path of a log, a dump, or JSON lines of dumpstream; may be compressed'

export const TOOLS: readonly Tool[] = [
  {
    name: 'triage',
    description:
      'What stands out in the last goroutine dump of a log: crashes, deadlocks, leaks, pile-ups, stuck goroutines, most urgent first, with numbers, place, creator and stack. Start here.',
    parameters: { path: PATH },
    call: ({ path = '' }) => triage(path),
  },
  {
    name: 'diff',
    description:
      'Which signatures (goroutines with the same stack) changed between two dumps. Without `after`: the first and the last dump of `before`. FILE#2 is the second dump of FILE.',
    parameters: { before: PATH, after: PATH },
    optional: ['after'],
    call: async ({ before = '', after }) => diff(after ?? before, await compareFiles(before, after, {}, () => {})),
  },
  {
    name: 'signature',
    description: 'One signature in every dump of a log: counts, states, verdicts, and its complete stack.',
    parameters: { path: PATH, id: 'The id that triage or diff gave: 16 hex digits' },
    call: ({ path = '', id = '' }) => signature(path, id),
  },
  {
    name: 'waits',
    description:
      'Who waits for whom in the last dump of a log: locks and channels that several goroutines wait for, and which goroutines may hold them (a conjecture).',
    parameters: { path: PATH },
    call: ({ path = '' }) => waits(path),
  },
]

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw usageError('mcp takes no FILE: the client names the files in its questions')
  if (terminal.stdinIsTerminal)
    terminal.complain('waiting for an MCP client on stdin; docs/agents.md shows how to add it to one')
  await serve(TOOLS)
  return EXIT.fine
}
