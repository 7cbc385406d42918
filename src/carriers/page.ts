/**
 * Lines of a page, or of text made from one: tags and entities in each line, escapes of Markdown, no-break spaces.
 *
 *     <div class="line">goroutine 7 [running]:</div>
 *     <tr><td>12</td><td>main.(*T).f(0x1, &lt;nil&gt;)</td></tr>
 *     <span>goroutine</span> <span>7</span> <span>[</span>running<span>]:</span>    a code highlighter
 *     goroutine 7 \[running\]:
 *     goroutine\u00a07\u00a0[running]:
 *     goroutine 7 [running]:$                             cat -A, less -U: ^I is a TAB
 *
 * The line with the header shows which of these it is. Several lines of a dump on one line are another form (text/unfold.ts).
 */
import { LESS, trimLineEnd } from '../core/ascii.ts'
import { readLine } from '../text/line.ts'
import { NEEDLE } from '../text/needle.ts'
import { withoutEntities, withoutTags } from '../text/plain.ts'
import { findTitle, type HeaderOnPage, headerOnPage } from '../text/titles.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'

const LONGEST = 16 << 10
/** Tags, and the number of the line in one of them. */
const TAGS_BEFORE = /^\s*(?:<\/?[a-z][^<>]*>(?:\d{1,9}(?=<))?)+/i
/** A code highlighter puts tags around words, around signs, or around some of either. */
const TAGS = '(?:<\\/?[a-z][^<>]*>)*'
const HEADER_WITH_TAGS = new RegExp(`goroutine${TAGS} ${TAGS}\\d+${TAGS}(?: ${TAGS}\\[)?`, 'i')
const TAG_AFTER = /^<\/[a-z][^<>]*>$/i
const ESCAPED = /\\([\\`*_{}[\]()#+.!<>|~-])/g
const SHOWN_END = /(?:\^M)?\$$/
const UNBROKEN = '\xc2\xa0'

type Form = 'tags' | 'words' | HeaderOnPage

export class Page implements Carrier {
  readonly name = 'page'
  #form: Form | undefined

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const end = trimLineEnd(buf, pos, next)
    if (end - pos > LONGEST || (this.#form === 'tags' && end > pos && !startsTag(buf, pos, end))) return false
    const line = buf.toString('latin1', pos, end)
    if (line.includes(NEEDLE)) {
      const form = formOf(line)
      // A creator has the word, too: only a header shows that a dump is not from a page.
      if (form === undefined && findTitle(line, LONGEST, 1) !== undefined) return false
      this.#form = form ?? this.#form
    }
    if (this.#form === undefined || (this.#form === 'words' && !isOfPage(line))) return false
    const plain = plainOf(line, this.#form)
    text.filled(text.room(plain.length).write(plain, 'latin1'))
    text.key = ''
    text.partial = false
    return true
  }

  afresh(): Page {
    const other = new Page()
    other.#form = this.#form
    return other
  }

  /** A log line before it may give one. */
  time(): number | undefined {
    return undefined
  }

  names(): StreamNames {
    return { source: '', attributes: {} }
  }
}

/** Where words are in elements, a line of a stack may still have none. */
function isOfPage(line: string): boolean {
  return line.includes('<') || line.trim() === '' || readLine(line) !== undefined
}

function startsTag(buf: Buffer, pos: number, end: number): boolean {
  let start = pos
  while (start < end && (buf[start] as number) <= 0x20) start++
  return start === end || buf[start] === LESS
}

/** The form that the line, which holds the word of a header, shows; undefined if the line is as Go prints it. */
function formOf(line: string): Form | undefined {
  if (HEADER_WITH_TAGS.exec(line)?.[0].includes('<') === true)
    return findTitle(withoutTags(line), LONGEST, 1) === undefined ? undefined : 'words'
  if (TAGS_BEFORE.test(line) && withoutTagsAfter(line).length < line.trimEnd().length) return 'tags'
  return headerOnPage(line)
}

function plainOf(line: string, form: Form): string {
  if (form === 'shown') return line.replace(SHOWN_END, '').replaceAll('^I', '\t')
  if (form === 'words') return withoutEntities(withoutTags(line))
  const inside = form === 'tags' ? withoutTagsAfter(line.replace(TAGS_BEFORE, '')) : line
  const plain = form === 'escaped' ? inside.replace(ESCAPED, '$1') : withoutEntities(inside)
  return plain.replaceAll(UNBROKEN, ' ')
}

function withoutTagsAfter(line: string): string {
  let end = line.trimEnd().length
  while (line[end - 1] === '>') {
    const start = line.lastIndexOf('<', end - 1)
    if (start < 0 || !TAG_AFTER.test(line.slice(start, end))) break
    end = start
  }
  return line.slice(0, end)
}
