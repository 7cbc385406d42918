import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html } from '../../../src/sinks/html/markup.ts'

describe('a template', () => {
  it('escapes text, and keeps markup', () => {
    expect(html`<p title="${'"\''}">${'<b>&'}${html`<i>${'x'}</i>`}${[1, 'y>']}${undefined}${false}</p>`.text).toBe(
      '<p title="&quot;&#39;">&lt;b&gt;&amp;<i>x</i>1y&gt;</p>',
    )
  })

  it('replaces what a reader cannot see', () => {
    expect(html`${'a\u202eb\u2066c\u2028d\ud800e\0f\u200fg\nh'}`.text).toBe(
      'a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg\nh',
    )
  })

  it('never lets text end where it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { text: made } = html`${text}`
        expect(made).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
        expect(Buffer.from(made).toString()).toBe(made)
      }),
    )
  })

  it('does not take an object that looks like markup for markup', () => {
    const forged: unknown = JSON.parse('{"text":"<script>"}')
    expect(() => html`${forged as string}`.text).toThrow()
  })
})
