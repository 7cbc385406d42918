/** Colour, or none: the same calls either way. */
import { styleText } from 'node:util'

type Painter = (text: string) => string

export interface Paint {
  readonly bold: Painter
  readonly dim: Painter
  /** What must be looked at. */
  readonly alarm: Painter
  readonly warning: Painter
  readonly notice: Painter
  readonly fresh: Painter
  readonly good: Painter
}

export function makePaint(color: boolean): Paint {
  // validateStream: whether to colour was decided before; Node must not look at `process.stdout` for it.
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
  }
}
