/** Makes elements from data: text stays text. */

type Child = Node | string | undefined

/** Undefined `attributes` are left out. */
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
