/** A stack as the page shows it without its script: one frame per line. */
import { readFrame } from '../last-dumps.ts'
import { isGoroot, type SourceLinks } from './links.ts'
import { html, type Markup } from './markup.ts'
import { functionName } from './signatures.ts'
import { placeText } from './words.ts'

/** With links; frames of the Go distribution are dimmed. */
export function linkedStack(stack: readonly string[], links: SourceLinks): Markup {
  return html`<ol class="stack">${stack.map((text) => {
    const { function: name, file, line } = readFrame(text)
    return html`<li${file !== '' && isGoroot(file) && html` class="std"`}>${functionName(name)}${file !== '' && html` ${place(file, line, links)}`}`
  })}</ol>`
}

/** `producer.go:40`, linked to its source; the title is the whole path. */
export function place(file: string, line: number | undefined, links: SourceLinks): Markup {
  const text = placeText({ file, ...(line === undefined ? {} : { line }) })
  const url = links.urlOf(file)?.replaceAll('{line}', String(line ?? 1))
  return url === undefined
    ? html`<u title="${file}">${text}</u>`
    : html`<a title="${file}" href="${url}" rel="noreferrer">${text}</a>`
}
