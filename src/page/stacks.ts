/** Renders the stack of a row when the row is opened: with links, and also for rows that came without a stack. */
import type { DataSignature, PageData, SourceData } from '../sinks/html/data-format.ts'
import { baseName, withoutPath } from '../sinks/names.ts'
import { element } from './dom.ts'

export function showStacks(table: HTMLTableElement, data: PageData, source: SourceData): void {
  Array.from(table.tBodies[0]?.rows ?? []).forEach((row, i) => {
    const details = row.querySelector('details')
    const signature = source.signatures[i]
    if (details === null || signature === undefined || signature.k.length === 0) return
    const show = (): void => {
      if (!details.open) return
      details
        .querySelector('pre, .late')
        ?.replaceWith(stackList(signature, data), element('p', { class: 'quiet' }, `signature ${signature.i}`))
    }
    details.addEventListener('toggle', show)
    show()
  })
}

function stackList({ k: stack }: DataSignature, { functions, files, urls }: PageData): HTMLElement {
  const list = element('ol', { class: 'stack' })
  for (let at = 0; at < stack.length; at += 3) {
    const [name = 0, file = -1, line = 0] = stack.slice(at, at + 3)
    const path = files[file]
    list.append(
      element(
        'li',
        {},
        ...nameOf(functions[name] ?? ''),
        ...(path === undefined ? [] : [' ', placeOf(path, line, urls[file] ?? '')]),
      ),
    )
  }
  return list
}

/** The path of the package is dimmed. */
function nameOf(name: string): HTMLElement[] {
  const short = withoutPath(name)
  const path = name.slice(0, name.length - short.length)
  return [...(path === '' ? [] : [element('i', {}, path)]), element('b', {}, short)]
}

function placeOf(path: string, line: number, url: string): HTMLElement {
  const text = `${baseName(path)}:${line}`
  if (url === '') return element('u', { title: path }, text)
  return element('a', { title: path, rel: 'noreferrer', href: url.replaceAll('{line}', String(line)) }, text)
}
