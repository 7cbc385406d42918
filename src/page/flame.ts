/**
 * All stacks of a dump as an icicle graph: callers are above, and each frame is as wide as its number of goroutines. With a second dump, the
 * width is the larger of the two counts, and the colour shows growth and decline.
 *
 * No library: d3-flame-graph with the parts of d3 that it needs is 65 kB, as much as the rest of the script with uPlot, and its frames cannot
 * be reached with a keyboard; flame-chart-js is 92 kB, and uses a canvas.
 */
import type { PageData, SourceData } from '../sinks/html/data-format.ts'
import { grouped, withoutPath } from '../sinks/names.ts'
import { choice, element } from './dom.ts'

const ROW = 20
/** Share of the width below which a frame is not drawn. */
const LEAST = 0.002
/** Share of the width below which a frame shows no name. */
const NAMED = 0.02

interface Frame {
  readonly name: string
  readonly parent: Frame | undefined
  readonly children: Map<string, Frame>
  count: number
  before: number
  /** Number of goroutines that its width represents. */
  width: number
}

export function drawFlame(host: HTMLElement, data: PageData, source: SourceData): void {
  const chosen = { dump: source.last, before: -1 }
  const graph = element('div', {
    class: 'icicle',
    role: 'group',
    'aria-label': 'Flame graph: arrow keys move, Enter zooms, Escape goes back',
  })
  const said = element('p', { class: 'said mono', role: 'status' })
  const redraw = (): void => {
    new Icicle(graph, said, treeOf(data, source, chosen.dump, chosen.before), chosen.before >= 0).draw()
  }
  const names = source.dumps.map(({ n, g }, i): [string, string] => [String(i), `dump ${n} (${grouped(g)})`]).reverse()
  const dump = choice('Dump', 'flame-dump', names, (value) => {
    chosen.dump = Number(value)
    redraw()
  })
  dump.select.value = String(chosen.dump)
  const before = choice('Compared with', 'flame-before', [['-1', 'nothing'], ...names], (value) => {
    chosen.before = Number(value)
    redraw()
  })
  const fields = source.dumps.length > 1 ? [dump.field, before.field] : []
  host.replaceChildren(element('div', { class: 'controls' }, ...fields), graph, said)
  redraw()
}

function newFrame(name: string, parent: Frame | undefined): Frame {
  return { name, parent, children: new Map(), count: 0, before: 0, width: 0 }
}

function treeOf({ functions }: PageData, source: SourceData, dump: number, before: number): Frame {
  const root = newFrame('all goroutines', undefined)
  const add = (names: readonly string[], count: number, earlier: number): void => {
    let at = root
    at.count += count
    at.before += earlier
    for (const name of names) {
      let next = at.children.get(name)
      if (next === undefined) {
        next = newFrame(name, at)
        at.children.set(name, next)
      }
      next.count += count
      next.before += earlier
      at = next
    }
    at.width += Math.max(count, earlier)
  }
  for (const { k: stack, f: title, c: counts } of source.signatures) {
    const [count, earlier] = [counts[dump] ?? 0, counts[before] ?? 0]
    if (count === 0 && earlier === 0) continue
    const names = stack.filter((_, i) => i % 3 === 0).map((index) => functions[index] ?? '')
    add(names.length === 0 ? [functions[title] ?? ''] : names.reverse(), count, earlier)
  }
  const [others, earlier] = [source.dumps[dump]?.o ?? 0, source.dumps[before]?.o ?? 0]
  if (others + earlier > 0) add(['(other)'], others, earlier)
  widen(root)
  return root
}

/** A frame is as wide as its own goroutines and its callees together. */
function widen(frame: Frame): number {
  for (const child of frame.children.values()) frame.width += widen(child)
  return frame.width
}

class Icicle {
  readonly #host: HTMLElement
  readonly #said: HTMLElement
  readonly #root: Frame
  readonly #compared: boolean
  #top: Frame
  readonly #buttons = new Map<Frame, HTMLButtonElement>()

  constructor(host: HTMLElement, said: HTMLElement, root: Frame, compared: boolean) {
    this.#host = host
    this.#said = said
    this.#root = root
    this.#top = root
    this.#compared = compared
    host.onkeydown = (event) => this.#key(event)
  }

  draw(focus?: Frame): void {
    this.#buttons.clear()
    this.#host.replaceChildren()
    const path: Frame[] = []
    for (let up: Frame | undefined = this.#top.parent; up !== undefined; up = up.parent) path.unshift(up)
    for (const [depth, frame] of path.entries()) this.#place(frame, depth, 0, 1)
    const deepest = this.#drawBelow(this.#top, path.length, 0, 1)
    this.#host.style.height = `${(deepest + 1) * ROW}px`
    const first = this.#buttons.get(focus ?? this.#top)
    if (first !== undefined) first.tabIndex = 0
    if (focus !== undefined) first?.focus()
  }

  /** Returns the depth of the lowest frame. */
  #drawBelow(frame: Frame, depth: number, left: number, share: number): number {
    this.#place(frame, depth, left, share)
    let deepest = depth
    let at = left
    for (const child of sorted(frame)) {
      const width = frame.width === 0 ? 0 : (share * child.width) / frame.width
      if (width >= LEAST) deepest = Math.max(deepest, this.#drawBelow(child, depth + 1, at, width))
      at += width
    }
    return deepest
  }

  #place(frame: Frame, depth: number, left: number, share: number): void {
    const text = this.#text(frame)
    const button = element(
      'button',
      { type: 'button', tabindex: '-1', class: this.#tone(frame), title: text, 'aria-label': text },
      // No name is legible in so few pixels.
      share < NAMED ? '' : withoutPath(frame.name),
    )
    button.style.left = `${left * 100}%`
    button.style.width = `${share * 100}%`
    button.style.top = `${depth * ROW}px`
    button.addEventListener('click', () => this.#zoom(frame))
    const say = (): void => {
      this.#said.textContent = text
    }
    button.addEventListener('mouseenter', say)
    button.addEventListener('focus', say)
    this.#buttons.set(frame, button)
    this.#host.append(button)
  }

  #text({ name, count, before }: Frame): string {
    const share = `${Math.round((count / Math.max(1, this.#root.count)) * 1000) / 10} %`
    if (!this.#compared) return `${name}: ${grouped(count)} goroutines (${share})`
    const delta = count - before
    return `${name}: ${grouped(before)} → ${grouped(count)} goroutines (${delta < 0 ? '−' : '+'}${grouped(Math.abs(delta))})`
  }

  #tone({ name, count, before, width }: Frame): string {
    if (!this.#compared) return `t${hash(name.replace(/\..*/s, '')) % 6}`
    const change = width === 0 ? 0 : (count - before) / width
    const steps = Math.min(4, Math.ceil(Math.abs(change) * 4))
    return steps === 0 ? 'same' : `${change > 0 ? 'more' : 'less'}${steps}`
  }

  #zoom(frame: Frame): void {
    this.#top = frame
    this.draw(frame)
  }

  #key(event: KeyboardEvent): void {
    const [frame] = [...this.#buttons].find(([, button]) => button === document.activeElement) ?? []
    if (frame === undefined) return
    if (event.key === 'Escape') {
      this.#zoom(this.#top.parent ?? this.#root)
      return
    }
    const next = neighbour(frame, event.key, (each) => this.#buttons.has(each))
    const button = next === undefined ? undefined : this.#buttons.get(next)
    if (button === undefined) return
    event.preventDefault()
    for (const each of this.#buttons.values()) each.tabIndex = -1
    button.tabIndex = 0
    button.focus()
  }
}

function neighbour(frame: Frame, key: string, isDrawn: (frame: Frame) => boolean): Frame | undefined {
  if (key === 'ArrowUp') return frame.parent
  if (key === 'ArrowDown') return sorted(frame).find(isDrawn)
  if ((key !== 'ArrowLeft' && key !== 'ArrowRight') || frame.parent === undefined) return undefined
  const siblings = sorted(frame.parent).filter(isDrawn)
  return siblings[siblings.indexOf(frame) + (key === 'ArrowRight' ? 1 : -1)]
}

/** Widest first. */
function sorted({ children }: Frame): Frame[] {
  return [...children.values()].sort((a, b) => b.width - a.width)
}

/** One colour per package. */
function hash(text: string): number {
  let sum = 7
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) >>> 0
  return sum
}
