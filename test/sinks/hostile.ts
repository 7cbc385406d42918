/** What somebody has logged who wants more than to be read. */
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { dump, finding, signature } from './records.ts'

export const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ['a colour', 'a\u001b[31mred'],
  ['a title of the window', '\u001b]0;owned\u0007'],
  ['a link of a terminal', '\u001b]8;;http://evil.example\u001b\\x\u001b]8;;\u001b\\'],
  ['an escape of eight bits', 'a\u009b31mred\u0090x\u009c'],
  ['a line feed', 'a\nb'],
  ['a carriage return', 'a\rb'],
  ['NUL and others', 'a\u0000b\u0008c\u007fd\tE'],
  ['another direction', 'a\u202eb\u2066c\u200fd\u061ce'],
  ['separators of lines', 'a\u2028b\u2029c\u0085d'],
  ['half a character', 'a\ud800b\udc00c'],
  ['characters that XML does not have', 'a\ufffeb\uffffc\u000bd'],
  ['what nobody sees', 'a\u{e0041}\u{e007f}b\ufeffc'],
  ['a prototype', '__proto__'],
  ['a constructor', 'constructor'],
  ['mark-up', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['an end of CDATA', ']]><x>&amp;&#60;'],
  ['Markdown', '# h\n| a | b |\n**b** [l](http://evil.example) ![i](http://evil.example/i.png) `c` ~~s~~ <b>'],
  ['fences', '```\n</details>\n`````` `a'],
  ['a mention and an address', '@acme/everyone #123 http://evil.example www.evil.example a@evil.example'],
  ['a command of the runner', '\n::error::owned\n::set-output name=x::y %0A::warning::z'],
  ['separators of properties', 'a,b=c:d::e%2C%3A'],
  ['separators of folded stacks', 'main.a;main.b 99'],
  ['quotes', `'"\\`],
]

/** Everything that a log or a shipper has a say in. */
export function recordsWith(text: string): DumpstreamRecord[] {
  const labels = Object.fromEntries([[text, Object.fromEntries([[text, 3]])]])
  const stack = [`${text} /srv/${text}.go:7`, `main.${text} ${text}:1`, 'main.main /srv/main.go:3']
  const id = 'cc27e2ad0902f3f3'
  const place = { function: `main.${text}`, file: `/srv/${text}.go`, line: 7, created_by: text, created_at: text }
  return [
    dump({ source: text, reason: text, process: text, attributes: Object.fromEntries([[text, text]]), kind: 'panic' }),
    signature({
      source: text,
      id,
      states: Object.fromEntries([[text, 41]]),
      labels,
      stack,
      because: text,
      verdict: 'leaking',
      ...place,
    }),
    signature({ source: text, id: 'aa', stack: stack.slice(1), ...place }),
    finding({
      source: text,
      title: text,
      because: text,
      hint: text,
      fault: text,
      caller: stack[0] ?? '',
      signatures: [id],
      stack,
      counts: [1, 2],
      ...place,
      waits_on: [
        {
          kind: 'mutex',
          object: text,
          waiters: 2,
          may_hold: [{ goroutine: 1, state: text, function: text, file: text, line: 1 }],
        },
      ],
    }),
  ]
}
