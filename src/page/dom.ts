/** Elements out of data: text stays text. */

type Child = Node | string | undefined

/** `attributes` that are undefined are left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** `a/b/c.(*T).m` → `c.(*T).m` */
export function shortName(name: string): string {
  const bracket = name.search(/[([]/)
  return name.slice(name.lastIndexOf('/', bracket === -1 ? name.length : bracket) + 1)
}

export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}

/** `1234567` → `1 234 567`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

/** A select with its label; `change` is called with the value. */
export function choice(
  label: string,
  key: string,
  options: readonly (readonly [value: string, text: string])[],
  change: (value: string) => void,
): { readonly field: HTMLElement; readonly select: HTMLSelectElement } {
  const select = element('select', { 'data-key': key })
  for (const [value, text] of options) select.append(element('option', { value }, text))
  select.addEventListener('change', () => change(select.value))
  return { field: element('label', { class: 'field' }, element('span', {}, label), select), select }
}
