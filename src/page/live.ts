/** A page from a server requests the report again when the server announces a new one. */
import { element } from './dom.ts'

export function listen(report: HTMLElement, onNew: () => Promise<void>): void {
  const said = element('p', { class: 'live', role: 'status' }, 'connecting')
  document.body.prepend(said)
  let [shown, newest] = ['', '']
  let busy = false

  const update = async (): Promise<void> => {
    // A hidden page waits until somebody looks at it.
    if (busy || shown === newest || document.hidden) return
    busy = true
    const wanted = newest
    try {
      const answer = await fetch('report', { cache: 'no-cache' })
      if (answer.ok) {
        const refocus = replace(report, await answer.text())
        shown = wanted
        await onNew()
        refocus()
      }
    } catch {
      // The event source reports when the server is back.
    }
    busy = false
    if (shown === wanted) void update()
  }

  const events = new EventSource('events')
  events.addEventListener('open', () => {
    said.textContent = 'live'
    said.classList.remove('lost')
  })
  events.addEventListener('error', () => {
    said.textContent = 'connection lost; trying again'
    said.classList.add('lost')
    // After an invalid response the browser does not retry by itself.
    if (events.readyState === EventSource.CLOSED) said.textContent = 'connection closed; load the page again'
  })
  events.addEventListener('report', (event) => {
    newest = event.data
    // The page was served with the newest report.
    if (shown === '' && newest === report.dataset.version) shown = newest
    void update()
  })
  document.addEventListener('visibilitychange', () => void update())
}

/**
 * Replaces the old report with the new one. What was open stays open. The returned function restores scroll position and focus, to be called
 * once the new controls exist.
 */
function replace(report: HTMLElement, text: string): () => void {
  const open = new Set(Array.from(report.querySelectorAll('details[open]'), (each) => keyOf(each)))
  const closed = new Set(Array.from(report.querySelectorAll('details:not([open])'), (each) => keyOf(each)))
  const focused = document.activeElement?.getAttribute('data-key') ?? undefined
  const selection = document.activeElement instanceof HTMLInputElement ? document.activeElement.selectionStart : null
  const [x, y] = [scrollX, scrollY]
  const parsed = new DOMParser().parseFromString(text, 'text/html')
  const fresh = parsed.getElementById('report')
  if (fresh === null) return () => {}
  report.replaceChildren(...fresh.childNodes)
  for (const details of report.querySelectorAll('details')) {
    const key = keyOf(details)
    if (open.has(key)) details.open = true
    else if (closed.has(key)) details.open = false
  }
  return () => {
    scrollTo(x, y)
    if (focused === undefined) return
    const again = report.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)
    again?.focus({ preventScroll: true })
    if (again instanceof HTMLInputElement && selection !== null) again.setSelectionRange(selection, selection)
  }
}

/** Identifies an element by what it is about, independent of its position and counts. */
function keyOf(details: Element): string {
  const own = details.getAttribute('data-key')
  if (own !== null) return own
  const source = details.closest('.source')?.getAttribute('data-key') ?? ''
  return `${details.closest('tr')?.id.replace(/^s\d+-/, '') ?? ''} ${source}`
}
