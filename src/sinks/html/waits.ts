/** Who waits for whom: groups of goroutines, the objects they wait for, and who may hold those, as a graph from left to right. */
import type { FindingRecord, MayHold } from '../../core/records.ts'
import { grouped, shortenFunction } from '../names.ts'
import { html, type Markup } from './markup.ts'

const BOX = { width: 236, height: 44, gapX: 76, gapY: 18, margin: 6 } as const
/** Characters that fit in a box. */
const LETTERS = 33
const OBJECTS_MAX = 24

interface Node {
  readonly key: string
  readonly kind: 'group' | 'object' | 'holder'
  readonly title: string
  readonly note: string
  layer: number
  row: number
}

interface Edge {
  readonly from: string
  readonly to: string
  readonly conjecture: boolean
}

/** Undefined if nothing waits for a known object. */
export function waitsGraph(findings: readonly FindingRecord[], prefix: string): Markup | undefined {
  const graph = buildGraph(findings)
  if (graph.edges.length === 0) return undefined
  layOut(graph)
  const nodes = [...graph.nodes.values()]
  const width = extent(nodes, ({ layer }) => layer, BOX.width, BOX.gapX)
  const height = extent(nodes, ({ row }) => row, BOX.height, BOX.gapY)
  return html`<section class="part" aria-labelledby="${prefix}-waits"><h2 id="${prefix}-waits">Who waits for whom</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${prefix}-waits"><svg class="graph" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${graph.edges.map((edge) => edgeText(graph, edge)).join('. ')}">
<defs><marker id="${prefix}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
${graph.edges.map((edge) => edgePath(graph, edge, prefix))}
${nodes.map(box)}</svg></div><p class="quiet">A dashed arrow is a conjecture: the goroutine has a pointer to the object in its frames.</p></section>`
}

interface Graph {
  readonly nodes: Map<string, Node>
  readonly edges: Edge[]
}

function buildGraph(findings: readonly FindingRecord[]): Graph {
  const nodes = new Map<string, Node>()
  const edges: Edge[] = []
  const node = (key: string, kind: Node['kind'], title: string, note: string): string => {
    if (!nodes.has(key)) nodes.set(key, { key, kind, title, note, layer: 0, row: 0 })
    return key
  }
  const edge = (from: string, to: string, conjecture: boolean): void => {
    if (!edges.some((each) => each.from === from && each.to === to)) edges.push({ from, to, conjecture })
  }
  const waiting = findings.filter(({ waits_on }) => waits_on !== undefined)
  for (const { function: name = '', goroutines } of waiting)
    node(`group ${name}`, 'group', name, `${grouped(goroutines)} goroutines`)
  let objects = 0
  for (const { function: name = '', waits_on = [] } of waiting) {
    for (const { kind, object, waiters, may_hold = [] } of waits_on) {
      if (objects++ >= OBJECTS_MAX) break
      const thing = node(`object ${object}`, 'object', `${kind} ${object}`, `${grouped(waiters)} wait for it`)
      edge(`group ${name}`, thing, false)
      for (const holder of may_hold) edge(thing, holderNode(holder, nodes, node), true)
    }
  }
  return { nodes, edges }
}

/** A holder that is waiting itself is one of the groups, which makes chains and cycles visible. */
function holderNode(
  holder: MayHold,
  nodes: ReadonlyMap<string, Node>,
  node: (key: string, kind: Node['kind'], title: string, note: string) => string,
): string {
  const group = `group ${holder.function}`
  if (nodes.has(group) && !/^(?:running|runnable|syscall)/.test(holder.state)) return group
  return node(
    `goroutine ${holder.goroutine}`,
    'holder',
    holder.function,
    `goroutine ${holder.goroutine} [${holder.state}]`,
  )
}

/** Places each node at its longest path from the left; an arrow that closes a cycle does not count. */
function layOut({ nodes, edges }: Graph): void {
  const onPath = new Set<string>()
  const visit = (key: string, layer: number): void => {
    const node = nodes.get(key)
    if (node === undefined || onPath.has(key) || (layer > 0 && node.layer >= layer)) return
    node.layer = Math.max(node.layer, layer)
    onPath.add(key)
    for (const edge of edges) if (edge.from === key) visit(edge.to, layer + 1)
    onPath.delete(key)
  }
  const reached = new Set(edges.map(({ to }) => to))
  const starts = [...nodes.keys()].filter((key) => !reached.has(key))
  for (const key of starts) visit(key, 0)
  // A cycle that nothing leads into begins anywhere.
  for (const [key, { layer, kind }] of nodes)
    if (layer === 0 && kind === 'group' && !starts.includes(key)) visit(key, 0)
  const rows = new Map<number, number>()
  for (const node of nodes.values()) {
    node.row = rows.get(node.layer) ?? 0
    rows.set(node.layer, node.row + 1)
  }
}

function extent(nodes: readonly Node[], of: (node: Node) => number, size: number, gap: number): number {
  return BOX.margin * 2 + nodes.reduce((most, node) => Math.max(most, of(node) * (size + gap) + size), 0)
}

const left = ({ layer }: Node): number => BOX.margin + layer * (BOX.width + BOX.gapX)
const middle = ({ row }: Node): number => BOX.margin + row * (BOX.height + BOX.gapY) + BOX.height / 2

function box(node: Node): Markup {
  const x = left(node)
  const y = middle(node) - BOX.height / 2
  const title = node.kind === 'object' ? node.title : shortenFunction(node.title, LETTERS)
  return html`<g class="${node.kind}"><title>${node.title}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/><text x="${x + 10}" y="${y + 18}">${title}</text><text class="q" x="${x + 10}" y="${y + 35}">${node.note}</text></g>`
}

function edgePath({ nodes }: Graph, { from, to, conjecture }: Edge, prefix: string): Markup | undefined {
  const a = nodes.get(from)
  const b = nodes.get(to)
  if (a === undefined || b === undefined) return undefined
  const [x1, y1, y2] = [left(a) + BOX.width, middle(a), middle(b)]
  const x2 = left(b)
  const bend = b.layer > a.layer ? BOX.gapX / 2 : BOX.gapX
  return html`<path class="edge${conjecture && ' maybe'}" marker-end="url(#${prefix}-tip)" d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`
}

function edgeText({ nodes }: Graph, { from, to, conjecture }: Edge): string {
  const [a, b] = [nodes.get(from), nodes.get(to)]
  if (a === undefined || b === undefined) return ''
  return conjecture ? `${a.title} may be held by ${b.title}, ${b.note}` : `${a.title}, ${a.note}, waits for ${b.title}`
}
