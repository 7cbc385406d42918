/** What programs log after a dump: it does not change the dump, and is passed through byte for byte. */
import { describe, expect, it } from 'vitest'
import { goldenDump } from '../golden/dumps.ts'
import { counted, readDumps } from './reader.ts'

const AFTER: Readonly<Record<string, string>> = {
  'a banner with host and port': 'restarting\n  listening on 0.0.0.0:8080\nready\n',
  'a banner with a URL': 'starting\n\tserving http://localhost:9090\n  ➜  Local: http://localhost:5173\n',
  'a stack of zap':
    '2024-01-02T03:04:05Z\tERROR\toops\nmain.handle\n\t/src/handler.go:55\nmain.main\n\t/src/main.go:20\n',
  'a stack of pkg/errors':
    'failed: EOF\nmain.read\n\t/src/a.go:12\nmain.main\n\t/src/a.go:30\nruntime.goexit\n\t/go/asm.s:1594\n',
  'a stack of zerolog': '{"level":"error","stack":[{"func":"main.f","line":"7","source":"a.go"}],"error":"oops"}\n',
  "testify's trace":
    '    a_test.go:12: \n\t\tError Trace:\t/src/a_test.go:12\n\t\t            \t/src/a.go:7\n\t\tError:      \tNot equal\n',
  "Node's stack": 'Error: oops\n    at handler (/srv/index.js:12:3)\n    at handler /srv/index.js:12\n',
  "Python's stack": 'Traceback (most recent call last):\n  File "/srv/a.py", line 7, in f\nValueError: 12\n',
  "Java's stack": 'java.lang.Error: oops\n\tat com.example.Foo.bar(Foo.java:12)\n\t... 3 more\n',
  "a sanitizer's stack":
    '==1==ERROR: AddressSanitizer\n    #0 0x4a1b2c in f /src/a.c:10:5\n    #1 0x55d0 in main /src/a.c:20\n',
  'a source position of slog': 'time=2026-11-24T05:00:00Z level=INFO source=/src/a.go:12 msg=ok\n',
  calls: 'starting\nserver.Start()\nhttp.Serve(1)\nbye\n',
  'a line that begins with "created by"': 'starting\ncreated by admin.user\n\tok\n',
  'a function and its file with a line between': 'starting\nmain.f(0x1)\nstill running\n\t/src/a.go:12\n',
  'numbers in hexadecimal': 'dump of memory\n0x0000000000000010: 00 01\n',
  'a goroutine in a sentence': 'goroutine 12 finished\n',
}
const DUMPS = [
  'zoo-1.27-stack.txt',
  'crash-1.27-panic.txt',
  'tb-1.27-quit-all.txt',
  'crash-1.15-maps.txt',
  'zoo-1.27-quit.txt',
]
const SMALL: Readonly<Record<string, string>> = {
  'a stack without a creator': 'goroutine 8 [running]:\nmain.dump()\n\t/src/main.go:14 +0x1d\n',
  'the first goroutine': 'panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:30 +0x20\n',
  'a stack with a creator':
    'goroutine 8 [select]:\nmain.f(...)\n\t/src/a.go:1\ncreated by main.main\n\t/src/a.go:9 +0x1\n',
  'a stack with elided frames':
    'panic: boom\n\ngoroutine 1 [running]:\nmain.f(...)\n\t/src/a.go:1 +0x1\n...additional frames elided...\n',
  gccgo:
    'panic: boom\n\ngoroutine 16 [running]:\nmain.f\n\t/src/a.go:12\nmain.main\n\t/src/a.go:30\nruntime_main\n\t../go/proc.c:606\n',
}

const dumps = [...DUMPS.map((name) => [name, goldenDump(name).toString('latin1')] as const), ...Object.entries(SMALL)]

describe.each(dumps)('%s', (_name, text) => {
  const alone = readDumps(text)
  const expectWhole = (log: string): void => {
    const run = readDumps(Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(log)]))
    expect(run.dumps.map(counted)).toEqual(alone.dumps.map(counted))
    expect(run.log.toString()).toBe(alone.log.toString() + log)
  }

  it.each(Object.entries(AFTER))('is not changed by %s after it', (_what, after) => {
    expectWhole(after)
    expectWhole(`one line\n${after}`)
  })

  it('is not changed by a lone place after it', () => {
    expectWhole('it is here:\n\t/src/dead/main.go:10 +0x2a\n')
  })

  it.each(Object.entries(AFTER))('is not changed by %s after it if the log ends without a line end', (_what, after) => {
    expectWhole(after.slice(0, -1))
  })

  it('is not changed by all of them 3000 lines later', () => {
    expectWhole('log line\n'.repeat(3000) + Object.values(AFTER).join('log line\n'))
  })
})
