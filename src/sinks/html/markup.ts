/**
 * Makes HTML from data: the only place where text is escaped. A template is markup; a value put into it is text, unless it is already markup.
 * There is no other way to make a `Markup`, so nothing that a log says can become an element, an attribute or a script.
 */
import { printable } from '../printable.ts'

/** What may be put into a template. Arrays are joined; absent values add nothing. */
export type Content = Markup | string | number | undefined | false | readonly Content[]

export class Markup {
  readonly text: string

  constructor(strings: TemplateStringsArray, values: readonly Content[]) {
    let text = strings[0] ?? ''
    values.forEach((value, i) => {
      text += contentText(value) + (strings[i + 1] ?? '')
    })
    this.text = text
  }
}

/** @example html`<td title="${signature.file}">${signature.count}</td>` Attribute values need their quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(strings, values)
}

function contentText(value: Content): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escaped(value)
  if (value instanceof Markup) return value.text
  return value.map(contentText).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Also replaces invisible characters: control characters, direction marks, halves of surrogate pairs. */
function escaped(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? ''))
    .join('\n')
}
