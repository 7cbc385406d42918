/** Unpacks what the report has put beside its markup. */
import type { PageData } from '../sinks/html/data-format.ts'

export async function readData(root: ParentNode): Promise<PageData | undefined> {
  const text = root.querySelector('#data')?.textContent ?? ''
  if (text === '' || typeof DecompressionStream === 'undefined') return undefined
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  // The report and its script are of one build.
  return await new Response(stream).json()
}
