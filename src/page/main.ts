/** Makes a report interactive. Everything worth reading is there without it; this adds search, charts and the flame graph. */
import type { PageData, SourceData } from '../sinks/html/data-format.ts'
import { drawChart } from './chart.ts'
import { drawFlame } from './flame.ts'
import { listen } from './live.ts'
import { showStacks } from './stacks.ts'
import { enhanceTable } from './table.ts'

/** Undoes what would outlive the elements of the page. */
type Undo = () => void

/** Unpacks the data that the report contains besides its markup. */
async function readData(root: ParentNode): Promise<PageData | undefined> {
  const text = root.querySelector('#data')?.textContent ?? ''
  if (text === '' || typeof DecompressionStream === 'undefined') return undefined
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  // Trusted: the report and its script are from the same build.
  return await new Response(stream).json()
}

async function enliven(root: HTMLElement): Promise<Undo> {
  const data = await readData(root)
  if (data === undefined) return () => {}
  const undos = data.sources.map((source, i) => enlivenSource(root, data, source, `s${i}`))
  openTarget()
  return () => {
    for (const undo of undos) undo()
  }
}

function enlivenSource(root: HTMLElement, data: PageData, source: SourceData, prefix: string): Undo {
  const section = root.querySelector(`#${prefix}`)
  if (section === null) return () => {}
  const table = section.querySelector<HTMLTableElement>('[data-part="table"]')
  if (table !== null) {
    showStacks(table, data, source)
    enhanceTable(table, data, source, prefix)
  }
  const flame = section.querySelector<HTMLElement>('[data-part="flame"]')
  if (flame !== null) drawFlame(flame, data, source)
  const chart = section.querySelector<HTMLElement>('[data-part="chart"]')
  return chart === null ? () => {} : drawChart(chart, data, source, prefix)
}

/** Opens and shows the row that the address names. */
function openTarget(): void {
  const id = decodeURIComponent(location.hash.slice(1))
  const target = id === '' ? null : document.getElementById(id)
  if (target === null) return
  target.hidden = false
  const source = target.closest<HTMLDetailsElement>('details.source')
  if (source !== null) source.open = true
  const details = target.querySelector('details')
  if (details === null || target === source) return
  details.open = true
  details.querySelector('summary')?.focus({ preventScroll: true })
  target.scrollIntoView({ block: 'center' })
}

function openAllForPrint(): void {
  // Folded parts would be missing on paper; the table stays folded, since it would fill a book.
  for (const details of document.querySelectorAll<HTMLDetailsElement>('.findings details, details.source'))
    details.open = true
}

/** `/` focuses the first search field, as on many pages. */
function focusSearch(event: KeyboardEvent): void {
  const typing = event.target instanceof Element && event.target.matches('input, select, textarea')
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  document.querySelector<HTMLElement>('input[type="search"]')?.focus()
}

async function start(): Promise<void> {
  const report = document.getElementById('report')
  if (report === null) return
  document.documentElement.classList.add('scripted')
  addEventListener('hashchange', openTarget)
  addEventListener('keydown', focusSearch)
  addEventListener('beforeprint', openAllForPrint)
  let undo = await enliven(report)
  if (document.documentElement.hasAttribute('data-live'))
    listen(report, async () => {
      undo()
      undo = await enliven(report)
    })
}

void start()
