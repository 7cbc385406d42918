// The checked build of a kernel, for tests and the fuzzer: each load and store first checks its address, and ends the kernel if that is outside of
// all
// regions. A kernel names its regions next to the description of its memory: from, to (exclusive), and what is allowed there:
//
//     ;; region read (i32.const 0) (i32.const 64)
//     ;; region write (global.get $rows) (i32.const 60416)
const REGION = /^\s*;; region (read|write) (.+)$/gm
/** Bytes that an instruction accesses. */
const SIZES = { v128: 16, i64: 8, f64: 8, i32: 4 }
const ACCESS = /^(i32|i64|f64|v128)\.(load|store)(8|16|32)?(?:_[su])?$/

/** WebAssembly text → the same text with checks. */
export function checked(text) {
  const regions = [...text.matchAll(REGION)].map(([, may, bounds]) => ({
    writes: may === 'write',
    bounds: parse(bounds),
  }))
  if (regions.length === 0) throw new Error('a kernel says which regions its memory has')
  for (const { bounds } of regions) if (bounds.length !== 2) throw new Error('a region has a beginning and an end')
  const [module] = parse(text)
  const checks = [
    check('$checked_load', regions),
    check(
      '$checked_store',
      regions.filter(({ writes }) => writes),
    ),
  ]
  return print([...module.map(guard), ...parse(checks.join('\n'))])
}

/** Passes the address of each load and store through a check. */
function guard(node) {
  if (!Array.isArray(node)) return node
  const inner = node.map(guard)
  const found = typeof node[0] === 'string' ? ACCESS.exec(node[0]) : null
  if (found === null) return inner
  const [, type, what, bits] = found
  const at = inner.findIndex((child) => Array.isArray(child))
  const offset = inner.find((child) => typeof child === 'string' && child.startsWith('offset='))?.slice(7) ?? '0'
  const size = bits === undefined ? SIZES[type] : Number(bits) / 8
  inner[at] = ['call', `$checked_${what}`, inner[at], ['i64.const', offset], ['i64.const', String(size)]]
  return inner
}

/** Returns the address if the `$size` bytes at `$offset` from it are in one of the regions. */
function check(name, regions) {
  const within = ({ bounds: [from, to] }) => `
    (if (i32.and
          (i64.ge_u (local.get $from) (i64.extend_i32_u ${print(from)}))
          (i64.le_u (i64.add (local.get $from) (local.get $size)) (i64.extend_i32_u ${print(to)})))
      (then (return (local.get $at))))`
  return `(func ${name} (param $at i32) (param $offset i64) (param $size i64) (result i32)
    (local $from i64)
    (local.set $from (i64.add (i64.extend_i32_u (local.get $at)) (local.get $offset)))
    ${regions.map(within).join('')}
    (unreachable))`
}

/** Nested lists of words. */
function parse(text) {
  const stack = [[]]
  for (const [token] of text.matchAll(/;;[^\n]*|"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g)) {
    if (token.startsWith(';;')) continue
    if (token === '(') stack.push([])
    else if (token === ')') {
      const list = stack.pop()
      stack.at(-1).push(list)
    } else stack.at(-1).push(token)
  }
  if (stack.length !== 1) throw new Error('a bracket is missing')
  return stack[0]
}

function print(node) {
  return Array.isArray(node) ? `(${node.map(print).join(' ')})` : node
}
