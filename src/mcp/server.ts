/** Serves the tools over the Model Context Protocol (modelcontextprotocol.io, "Tools"), on stdin and stdout. */
import { DumpstreamError, installed } from '../core/errors.ts'
import { VERSION } from '../core/version.ts'

declare global {
  /** The SDK's declarations name this type of the DOM library; @types/node 20 only has `Headers`. */
  type HeadersInit = ConstructorParameters<typeof Headers>[0]
}

const PACKAGE = '@modelcontextprotocol/sdk'

export interface Tool {
  readonly name: string
  readonly description: string
  /** Parameter → description; all parameters are strings. */
  readonly parameters: Readonly<Record<string, string>>
  readonly optional?: readonly string[]
  /** @throws DumpstreamError, whose message is sent to the agent. */
  call(args: Readonly<Record<string, string>>): Promise<string>
}

/**
 * Serves until the client closes stdin and all its requests are answered.
 *
 * @throws DumpstreamError `DS_USAGE` if the SDK, an optional package, is not installed; `DS_INPUT` if a request is longer than the SDK accepts
 *   (10 MiB).
 */
export async function serve(tools: readonly Tool[]): Promise<void> {
  const { Server, StdioServerTransport, types } = await load()
  const server = new Server({ name: 'dumpstream', version: VERSION }, { capabilities: { tools: {} } })
  server.setRequestHandler(types.ListToolsRequestSchema, () => ({ tools: tools.map(describe) }))
  const answering = new Set<Promise<Answer>>()
  server.setRequestHandler(types.CallToolRequestSchema, async ({ params }) => {
    const answered = answer(tools, params.name, params.arguments)
    answering.add(answered)
    try {
      return await answered
    } finally {
      answering.delete(answered)
    }
  })
  let isOver = false
  let problem: Error | undefined
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve
    server.onerror = (error) => {
      problem = error
    }
    // The transport does not notice the end of its input.
    process.stdin.once('end', async () => {
      isOver = true
      // The last request is passed to its tool, and the last answer is written, one turn later.
      await turn()
      while (answering.size > 0) await Promise.allSettled(answering)
      await turn()
      await server.close()
    })
  })
  await server.connect(new StdioServerTransport())
  await closed
  if (!isOver)
    throw new DumpstreamError('DS_INPUT', `a request can't be read: ${problem?.message ?? 'the connection was closed'}`)
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

interface Answer {
  readonly [key: string]: unknown
  readonly content: { readonly type: 'text'; readonly text: string }[]
  readonly isError?: boolean
}

async function answer(
  tools: readonly Tool[],
  name: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const tool = tools.find((each) => each.name === name)
  if (tool === undefined) return failure(`no such tool: ${name}`)
  const args: Record<string, string> = {}
  for (const parameter of Object.keys(tool.parameters)) {
    const value = given[parameter]
    if (typeof value === 'string') args[parameter] = value
    else if (value !== undefined || tool.optional?.includes(parameter) !== true)
      return failure(`${name} needs ${parameter}, a string`)
  }
  try {
    return { content: [{ type: 'text', text: await tool.call(args) }] }
  } catch (error) {
    if (error instanceof DumpstreamError) return failure(error.message)
    throw error
  }
}

function failure(text: string): Answer {
  return { content: [{ type: 'text', text }], isError: true }
}

function describe({ name, description, parameters, optional = [] }: Tool): {
  name: string
  description: string
  inputSchema: { type: 'object'; properties: Record<string, object>; required: string[]; additionalProperties: false }
  annotations: { readOnlyHint: true; openWorldHint: false }
} {
  const properties = Object.entries(parameters).map(([key, text]) => [key, { type: 'string', description: text }])
  return {
    name,
    description,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(properties),
      required: Object.keys(parameters).filter((parameter) => !optional.includes(parameter)),
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  }
}

interface Sdk {
  readonly Server: typeof import('@modelcontextprotocol/sdk/server/index.js').Server
  readonly StdioServerTransport: typeof import('@modelcontextprotocol/sdk/server/stdio.js').StdioServerTransport
  readonly types: typeof import('@modelcontextprotocol/sdk/types.js')
}

async function load(): Promise<Sdk> {
  const sdk = await installed(() =>
    Promise.all([
      import('@modelcontextprotocol/sdk/server/index.js'),
      import('@modelcontextprotocol/sdk/server/stdio.js'),
      import('@modelcontextprotocol/sdk/types.js'),
    ]),
  )
  if (sdk === undefined) throw new DumpstreamError('DS_USAGE', `mcp needs a package: npm install ${PACKAGE}`)
  const [{ Server }, { StdioServerTransport }, types] = sdk
  return { Server, StdioServerTransport, types }
}
