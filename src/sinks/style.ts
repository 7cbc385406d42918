/** Colour and links, or neither, with the same calls. */
import { styleText } from 'node:util'

type Painter = (text: string) => string

export interface Paint {
  readonly bold: Painter
  readonly dim: Painter
  /** For what needs attention. */
  readonly alarm: Painter
  readonly warning: Painter
  readonly notice: Painter
  readonly fresh: Painter
  readonly good: Painter
  /** A place in the source that opens on a click, if the terminal supports links. */
  link(text: string, file: string | undefined, line: number | undefined): string
}

/** The URL of a line of a file; undefined if there is nothing to open. */
export type UrlOf = (file: string, line: number | undefined) => string | undefined

/** `urlOf`: absent for a terminal without links. */
export function makePaint(color: boolean, urlOf?: UrlOf): Paint {
  // validateStream: whether to colour has already been decided; Node must not look at `process.stdout` for it.
  const painter =
    (...format: Extract<Parameters<typeof styleText>[0], readonly unknown[]>): Painter =>
    (text) =>
      color && text !== '' ? styleText(format, text, { validateStream: false }) : text
  return {
    bold: painter('bold'),
    dim: painter('dim'),
    alarm: painter('bold', 'red'),
    warning: painter('yellow'),
    notice: painter('magenta'),
    fresh: painter('cyan'),
    good: painter('green'),
    link: (text, file, line) => {
      const url = file === undefined || text.trim() === '' ? undefined : urlOf?.(file, line)
      return url === undefined ? text : hyperlink(text, url)
    },
  }
}

/** OSC 8: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda. `encodeURI` makes the URL ASCII without control characters. */
function hyperlink(text: string, url: string): string {
  const [, before = '', shown = '', after = ''] = /^(\s*)(.*?)(\s*)$/.exec(text) ?? []
  return `${before}\u001b]8;;${encodeURI(url).replaceAll('%25', '%')}\u001b\\${shown}\u001b]8;;\u001b\\${after}`
}
