/** A stack as a list of lines in JSON, as logged by programs that split `debug.Stack()`. */
import { expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

/** A real line (the names in storage_pg.go are original). */
const LINE =
  '{"level":"error","_server":"","_logger":"PgStorage","_err":[{"_msg":"failed to deallocate cached statement(s): conn closed","_debug":{},"_stack":["goroutine 463495 [running]:","runtime/debug.Stack()","    /home/ricky/.gobrew/current/go/src/runtime/debug/stack.go:26 +0x5e","github.com/example/lib/mend.getStackTrace()","    /path/to/the/repository/lib/mend/err.go:134 +0x17","github.com/example/lib/mend.Wrap({0xc73320, 0xc006a471e0?}, 0x1)","    /path/to/the/repository/lib/mend/err.go:127 +0x165","github.com/example/service/lib/ssproc.(*PgStorage).rollback(0xc003bb1d80, {0x9781e0?, 0xc00692b720?}, 0x9781e0?, {0xc7fd78, 0xc00c941e00})","    /path/to/the/repository/service/lib/ssproc/storage_pg.go:151 +0x146"]}]}\n'

it('a stack in an array of strings was not found', () => {
  const { records, log } = feed([Buffer.from(LINE)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 1, damaged: 0, truncated: false }])
  expect(records.find(({ type }) => type === 'signature')).toMatchObject({
    stack: expect.arrayContaining([expect.stringContaining('ssproc.(*PgStorage).rollback')]),
  })
  expect(log.toString()).toBe(LINE)
})

it('finds the stack of each of many lines', () => {
  const { records } = feed([Buffer.from(LINE.repeat(3))])
  expect(records.filter(({ type }) => type === 'dump')).toHaveLength(3)
})

it('does not take words in an array for a stack', () => {
  const line = '{"details":["goroutine leak","see goroutine 7 [running]: in the docs","x"]}\n'
  const { records, log } = feed([Buffer.from(line)])
  expect(records.filter(({ type }) => type === 'dump')).toEqual([])
  expect(log.toString()).toBe(line)
})
