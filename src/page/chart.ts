/** Goroutines over time: the largest signatures stacked on each other, with a gap where one process ends and the next begins. */
import uPlot from 'uplot'
import type { DataSignature, PageData, SourceData } from '../sinks/html/data-format.ts'
import { grouped, withoutPath } from '../sinks/names.ts'
import { element } from './dom.ts'

/** Signatures that have a colour; the rest is one more layer. */
const LAYERS = 8
const HEIGHT = 260
/** Pixels between ticks, which are up to `10:57:31.200` wide. */
const TICK_SPACE = 90

interface Layer {
  readonly name: string
  readonly title: string
  /** Id of its row in the table; undefined for the rest. */
  readonly row: string | undefined
  readonly color: string
  /** Goroutines at each x; null in a gap. */
  readonly values: (number | null)[]
}

/** Returns a function that removes the chart. */
export function drawChart(host: HTMLElement, data: PageData, source: SourceData, prefix: string): () => void {
  const points = source.dumps.flatMap((dump, index) => (dump.w === 1 ? [{ dump, index }] : []))
  const timed = points.every(({ dump }, i) => dump.t > 0 && dump.t > (points[i - 1]?.dump.t ?? 0))
  const x: number[] = []
  /** Index of the dump at each x; undefined in a gap. */
  const at: (number | undefined)[] = []
  points.forEach(({ dump, index }, i) => {
    const here = timed ? dump.t / 1000 : dump.n
    const before = x.at(-1)
    if (dump.f === 1 && i > 0 && before !== undefined) {
      x.push((before + here) / 2)
      at.push(undefined)
    }
    x.push(here)
    at.push(index)
  })
  const layers = layersOf(data, source, at, prefix)
  const legend = makeLegend(layers)
  const plot = element('div', { class: 'plot' })
  let made: uPlot | undefined
  let withRest = true
  const draw = (): void => {
    made?.destroy()
    const shown = withRest ? layers : layers.filter(({ row }) => row !== undefined)
    made = new uPlot(options(shown, timed, plot.clientWidth, legend.show), [x, ...piled(shown, x.length)], plot)
    made.root.setAttribute('role', 'img')
    made.root.setAttribute(
      'aria-label',
      `Goroutines in ${points.length} dumps, from ${points[0]?.dump.g ?? 0} to ${points.at(-1)?.dump.g ?? 0}`,
    )
  }
  const rest = element('input', { type: 'checkbox', 'data-key': `${prefix}-rest` })
  rest.checked = true
  rest.addEventListener('change', () => {
    withRest = rest.checked
    draw()
  })
  const hasRest = layers.some(({ row }) => row === undefined)
  host.replaceChildren(
    plot,
    legend.list,
    ...(hasRest ? [element('label', { class: 'check' }, rest, ' with all others')] : []),
  )
  draw()
  legend.show(x.length - 1)
  let width = plot.clientWidth
  const watcher = new ResizeObserver(() => {
    if (plot.clientWidth === width) return
    width = plot.clientWidth
    made?.setSize({ width, height: HEIGHT })
  })
  watcher.observe(plot)
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  scheme.addEventListener('change', draw)
  return () => {
    watcher.disconnect()
    scheme.removeEventListener('change', draw)
    made?.destroy()
  }
}

/** From the bottom of the stack to its top. */
function layersOf(data: PageData, source: SourceData, at: readonly (number | undefined)[], prefix: string): Layer[] {
  const most = ({ c }: DataSignature): number => Math.max(...c)
  const ranked = source.signatures.toSorted((a, b) => most(b) - most(a))
  const top = ranked.slice(0, LAYERS)
  const layers: Layer[] = top.map((signature, i) => {
    const name = data.functions[signature.f] ?? ''
    return {
      name: withoutPath(name),
      title: name,
      row: `${prefix}-${signature.i}`,
      color: `--c${i}`,
      values: at.map((index) => (index === undefined ? null : (signature.c[index] ?? 0))),
    }
  })
  const rest = at.map((index) => {
    if (index === undefined) return null
    return (source.dumps[index]?.g ?? 0) - top.reduce((sum, { c }) => sum + (c[index] ?? 0), 0)
  })
  if (rest.some((count) => (count ?? 0) > 0))
    layers.push({ name: 'all others', title: '', row: undefined, color: '--c8', values: rest })
  return layers
}

/** Top of each layer, highest first: each is painted down to the axis, over those before it. */
function piled(layers: readonly Layer[], length: number): (number | null)[][] {
  const sum = new Array<number>(length).fill(0)
  const tops = layers.map(({ values }) =>
    values.map((value, i) => {
      if (value === null) return null
      sum[i] = (sum[i] ?? 0) + value
      return sum[i] ?? 0
    }),
  )
  return tops.reverse()
}

function options(
  layers: readonly Layer[],
  timed: boolean,
  width: number,
  show: (index: number) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line') },
  }
  return {
    width: Math.max(200, width),
    height: HEIGHT,
    // The last time label is centred on the end of the axis.
    padding: [8, 40, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, points: { show: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    scales: { x: { time: timed }, y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.05)] } },
    axes: [
      {
        ...axis,
        ...(timed
          ? { values: timeTicks, space: TICK_SPACE }
          : { label: 'dump', labelSize: 18, incrs: [1, 2, 5, 10, 20, 50] }),
      },
      {
        ...axis,
        size: 58,
        values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? grouped(tick) : '')),
      },
    ],
    series: [
      {},
      ...layers.toReversed().map(
        (layer): uPlot.Series => ({
          label: layer.name,
          stroke: color(layer.color),
          width: 1,
          fill: color(layer.color),
          // A single dump between two gaps has no line.
          points: { show: layer.values.includes(null) || layer.values.length < 3, size: 4, fill: color(layer.color) },
        }),
      ),
    ],
    hooks: {
      setCursor: [(plot) => show(plot.cursor.idx ?? layers[0]?.values.length ?? 0)],
    },
  }
}

/** `10:57:31`, with the date below where it changes; UTC, like the times of the records. */
function timeTicks(_plot: uPlot, ticks: number[], _axis: number, _space: number, step: number): string[] {
  let day = ''
  return ticks.map((tick) => {
    const [date = '', time = ''] = new Date(tick * 1000).toISOString().split('T')
    const clock = time.slice(0, step < 1 ? 12 : step < 60 ? 8 : 5)
    const line = date === day ? clock : `${clock}\n${date}`
    day = date
    return line
  })
}

function makeLegend(layers: readonly Layer[]): { readonly list: HTMLElement; show(index: number): void } {
  const counts: HTMLElement[] = []
  const list = element('ul', { class: 'legend', 'aria-label': 'Largest signatures' })
  layers.forEach((layer, i) => {
    const count = element('b')
    counts.push(count)
    const swatch = element('i', { class: `swatch c${layer.row === undefined ? 8 : i}` })
    const name =
      layer.row === undefined
        ? element('span', {}, layer.name)
        : element('a', { href: `#${layer.row}`, title: layer.title }, layer.name)
    list.append(element('li', {}, swatch, count, ' ', name))
  })
  return {
    list,
    show: (index) => {
      layers.forEach(({ values }, i) => {
        const value = values[Math.min(index, values.length - 1)]
        const count = counts[i]
        if (count !== undefined) count.textContent = value === null || value === undefined ? '–' : grouped(value)
      })
    },
  }
}
