/** Search, filters and sorting of the table of signatures. */
import type { DataSignature, PageData, SourceData } from '../sinks/html/data-format.ts'
import { grouped } from '../sinks/names.ts'
import { choice, element } from './dom.ts'

/** The user's choices, by source: a live page keeps them when its table is replaced. */
interface Wishes {
  search: string
  verdict: string
  state: string
  package: string
  label: string
  /** Column to sort by; -1: unsorted. For `direction`, -1 is descending. */
  column: number
  direction: 1 | -1
}

const wishesOf = new Map<string, Wishes>()
/** Most packages and labels to choose from. */
const OPTIONS_MAX = 200

interface Row {
  readonly element: HTMLTableRowElement
  readonly signature: DataSignature
  /** In lower case; made on the first search. */
  text: string | undefined
}

export function enhanceTable(table: HTMLTableElement, data: PageData, source: SourceData, prefix: string): void {
  const body = table.tBodies[0]
  if (body === undefined) return
  const rows: Row[] = Array.from(body.rows).flatMap((element, i) => {
    const signature = source.signatures[i]
    return signature === undefined ? [] : [{ element, signature, text: undefined }]
  })
  const wishes = wishesOf.get(source.source) ?? {
    search: '',
    verdict: '',
    state: '',
    package: '',
    label: '',
    column: -1,
    direction: -1,
  }
  wishesOf.set(source.source, wishes)
  const said = element('p', { class: 'said', role: 'status' })

  const filter = (): void => {
    const words = wishes.search.toLowerCase().split(/\s+/).filter(Boolean)
    let [shown, goroutines] = [0, 0]
    for (const row of rows) {
      const fits =
        (wishes.verdict === '' || row.signature.v === wishes.verdict) &&
        (wishes.state === '' || row.signature.s.includes(wishes.state)) &&
        (wishes.package === '' || row.signature.p === wishes.package) &&
        (wishes.label === '' || row.signature.l.includes(wishes.label)) &&
        words.every((word) => searchText(row, data).includes(word))
      row.element.hidden = !fits
      if (!fits) continue
      shown++
      goroutines += row.signature.c[source.last] ?? 0
    }
    said.textContent =
      shown === rows.length
        ? ''
        : `${grouped(shown)} of ${grouped(rows.length)} signatures, ${grouped(goroutines)} goroutines`
  }

  const sort = (): void => {
    markSorted(table, wishes)
    const order = wishes.column < 0 ? rows : rows.toSorted((a, b) => compare(a, b, wishes, source))
    body.append(...order.map((row) => row.element))
  }

  table
    .closest('.scroll')
    ?.before(element('div', { class: 'controls' }, ...controls(rows, wishes, prefix, filter), said))
  addSortButtons(table, (column) => {
    wishes.direction = wishes.column === column ? (wishes.direction === 1 ? -1 : 1) : column < NUMBERS ? -1 : 1
    wishes.column = column
    sort()
  })
  filter()
  sort()
}

/** The first columns hold numbers, of which most people want the largest first. */
const NUMBERS = 3

function searchText(row: Row, { functions, files }: PageData): string {
  if (row.text !== undefined) return row.text
  const { k: stack, l: labels } = row.signature
  const frames = stack.map((value, i) => (i % 3 === 0 ? functions[value] : i % 3 === 1 ? files[value] : `:${value}`))
  row.text = `${row.element.textContent} ${frames.join(' ')} ${labels.join(' ')}`.toLowerCase()
  return row.text
}

function controls(rows: readonly Row[], wishes: Wishes, prefix: string, filter: () => void): HTMLElement[] {
  const search = element('input', {
    type: 'search',
    placeholder: 'function, file, label, id',
    'data-key': `${prefix}-search`,
    autocomplete: 'off',
    spellcheck: 'false',
  })
  search.value = wishes.search
  search.addEventListener('input', () => {
    wishes.search = search.value
    filter()
  })
  const facet = (
    label: string,
    key: 'verdict' | 'state' | 'package' | 'label',
    of: (row: Row) => readonly string[],
  ) => {
    const counts = new Map<string, number>()
    for (const row of rows)
      for (const value of of(row)) if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1)
    if (counts.size < 2 && wishes[key] === '') return []
    const values = [...counts].sort((a, b) => b[1] - a[1]).slice(0, OPTIONS_MAX)
    const made = choice(
      label,
      `${prefix}-${key}`,
      [['', 'all'], ...values.map(([value, count]): [string, string] => [value, `${value} (${count})`])],
      (value) => {
        wishes[key] = value
        filter()
      },
    )
    made.select.value = wishes[key]
    return [made.field]
  }
  return [
    element('label', { class: 'field wide' }, element('span', {}, 'Search'), search),
    ...facet('Verdict', 'verdict', ({ signature }) => [signature.v]),
    ...facet('State', 'state', ({ signature }) => signature.s),
    ...facet('Package', 'package', ({ signature }) => [signature.p]),
    ...facet('Label', 'label', ({ signature }) => signature.l),
  ]
}

function addSortButtons(table: HTMLTableElement, onSort: (column: number) => void): void {
  const heads = table.tHead?.rows[0]?.cells ?? []
  Array.from(heads).forEach((head, column) => {
    const button = element('button', { type: 'button', class: 'sort' }, head.textContent ?? '')
    button.addEventListener('click', () => onSort(column))
    head.replaceChildren(button)
  })
}

function markSorted(table: HTMLTableElement, { column, direction }: Wishes): void {
  Array.from(table.tHead?.rows[0]?.cells ?? []).forEach((head, i) => {
    if (i === column) head.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending')
    else head.removeAttribute('aria-sort')
  })
}

function compare(a: Row, b: Row, { column, direction }: Wishes, { last }: SourceData): number {
  const count = ({ signature }: Row, dump: number): number => signature.c[dump] ?? 0
  switch (column) {
    case 0:
      return direction * (count(a, last) - count(b, last))
    case 1: {
      const change = (row: Row): number => count(row, last) - count(row, Math.max(0, last - 1))
      return direction * (change(a) - change(b))
    }
    case 2: {
      const growth = (row: Row): number => count(row, last) / Math.max(1, row.signature.c[0] ?? 0)
      return direction * (growth(a) - growth(b))
    }
    default: {
      const text = (row: Row): string => row.element.cells[column]?.textContent ?? ''
      return direction * text(a).localeCompare(text(b))
    }
  }
}
