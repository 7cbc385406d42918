/** The report page in a real browser: what a reader does, and what a hostile log must not do. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../../cli/spawn.ts'
import { folderForAllTests } from '../../folder.ts'
import { enlivened, openBrowser, openPage } from './browser.ts'
import { HOSTILE, hostileLog, podLog, serviceLog, waitingLog } from './logs.ts'

const folder = folderForAllTests()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser: Browser
/** File name → URL of its report. */
const urls: Record<string, string> = {}

async function report(name: string, files: readonly string[], more: readonly string[] = []): Promise<void> {
  const out = folder.at(`${name}.html`)
  const { code, stderr } = await cli(['--format', 'html', '-o', out, ...more, ...files])
  if (code !== 0) throw new Error(stderr)
  urls[name] = pathToFileURL(out).href
}

beforeAll(async () => {
  browser = await openBrowser()
  await report(
    'service',
    [folder.write('service.log', serviceLog())],
    ['--source-url', 'https://git.example/shop/blob/main/{path}#L{line}'],
  )
  await report('hostile', [folder.write('hostile.log', hostileLog())])
  await report('waits', [folder.write('waits.log', waitingLog())])
  const pods = Array.from({ length: 20 }, (_, i) => folder.write(`web-${i}.log`, podLog(i)))
  await report('fleet', pods)
  await report('label', [folder.write('labels.log', hostileLog())], ['--by', 'label:__proto__'])
})

afterAll(async () => {
  await browser?.close()
})

const text = (page: Page, selector: string): Promise<string[]> => page.locator(selector).allInnerTexts()

/** Findings of axe-core that are serious or worse. */
async function serious(page: Page): Promise<string[]> {
  // The page's own policy forbids inline scripts; what a debugger evaluates is not bound by it.
  await page.evaluate(axe)
  const found: unknown = await page.evaluate(
    "axe.run(document).then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ target }) => target.join(' ')).join(', ')))",
  )
  return found as string[]
}

describe('a report of 20 dumps of 300 signatures', () => {
  it('is at most 400 kB', () => {
    expect(statSync(folder.at('service.html')).size).toBeLessThanOrEqual(400_000)
  })

  it('asks for nothing but itself, and says nothing on the console', async () => {
    const { page, context, said, requests } = await openPage(browser, urls.service ?? '')
    await enlivened(page)
    await page.locator('.sigs summary').first().click()
    expect([said, requests]).toEqual([[], [urls.service]])
    await context.close()
  })

  it('shows findings, table and stacks with scripts off', async () => {
    const { page, context } = await openPage(browser, urls.service ?? '', { javaScriptEnabled: false })
    const [first = ''] = await text(page, '.card h3')
    expect(first).toMatch(/^90 goroutines leak in /)
    expect(await page.locator('.sigs tbody tr').count()).toBeGreaterThanOrEqual(300)
    const row = page.locator('.sigs tbody tr').first()
    await row.locator('summary').click()
    expect(await row.locator('pre').textContent()).toContain('grpc.(*Server).handleStream  server.go:1780')
    const card = page.locator('.card').first()
    await card.locator('.fold summary').click()
    expect(await card.locator('.stack').textContent()).toContain('google.golang.org/grpc.(*Server).handleStream')
    expect(await card.textContent()).toMatch(/tail -c \+\d+ \S+service\.log \| head -c \d+/)
    await context.close()
  })

  it('finds by function, file and stack, narrows by state, and sorts', async () => {
    const { page, context } = await openPage(browser, urls.service ?? '')
    await enlivened(page)
    const shown = page.locator('.sigs tbody tr:visible')
    const all = await shown.count()
    await page.keyboard.press('/')
    await page.keyboard.type('dispatchparcel5 service_invoice')
    expect(await shown.count()).toBe(1)
    expect(await page.locator('.controls [role=status]').first().textContent()).toMatch(
      /^1 of 3\d\d signatures, 90 goroutines$/,
    )
    await page.locator('input[type=search]').fill('handlestream')
    expect(await shown.count()).toBe(all)
    await page.locator('input[type=search]').fill('')
    await page.locator('[data-key=s0-state]').selectOption('semacquire')
    const states = new Set(await text(page, '.sigs tbody tr:visible td:nth-child(5)'))
    expect([...states]).toEqual(['semacquire'])
    await page.locator('[data-key=s0-state]').selectOption('')
    await page.locator('.sort', { hasText: 'Count' }).click()
    await page.locator('.sort', { hasText: 'Count' }).click()
    const counts = (await text(page, '.sigs tbody tr:visible td:first-child')).map(Number)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(await page.locator('.sigs th').first().getAttribute('aria-sort')).toBe('ascending')
    await context.close()
  })

  it('opens a row by keyboard, with whole names and links to the source', async () => {
    const { page, context } = await openPage(browser, urls.service ?? '')
    await enlivened(page)
    const row = page.locator('.sigs tbody tr').last()
    await row.locator('summary').focus()
    await page.keyboard.press('Enter')
    const links = row.locator('.stack a')
    await links.first().waitFor()
    const targets = await links.evaluateAll((all) => all.map((each) => each.getAttribute('href')))
    expect(targets).toContainEqual(
      expect.stringMatching(/^https:\/\/git\.example\/shop\/blob\/main\/internal\/\w+\/.*\.go#L\d+$/),
    )
    expect(targets).toContain('https://github.com/grpc/grpc-go/blob/v1.62.1/server.go#L1780')
    await context.close()
  })

  it('leads from a finding to its row', async () => {
    const { page, context } = await openPage(browser, urls.service ?? '')
    await enlivened(page)
    await page.getByRole('link', { name: 'Show in the table of signatures' }).first().click()
    const row = page.locator('.sigs tr:target')
    expect(await row.locator('details').getAttribute('open')).not.toBeNull()
    expect(await row.locator('td').first().textContent()).toBe('90')
    await context.close()
  })

  it('draws the processes apart, and the difference of two dumps', async () => {
    const { page, context } = await openPage(browser, urls.service ?? '')
    await enlivened(page)
    expect(await page.locator('.plot canvas').count()).toBe(1)
    expect(await page.locator('.heat thead .cut').textContent()).toBe('11')
    await page.locator('[data-key=flame-before]').selectOption({ index: 5 })
    const [root = ''] = await text(page, '.icicle button')
    expect(root).toBe('all goroutines')
    expect(await page.locator('.icicle button').first().getAttribute('aria-label')).toMatch(
      /^all goroutines: [\d ]+ → [\d ]+ goroutines \([+−]\d+\)$/,
    )
    expect(await page.locator('.icicle [class^=more]').count()).toBeGreaterThan(0)
    await context.close()
  })

  it('moves in the flame graph by arrow keys, zooms in and out', async () => {
    const { page, context } = await openPage(browser, urls.service ?? '')
    await enlivened(page)
    await page.locator('.icicle button').first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? undefined)
    const name = (await focused()) ?? ''
    expect(name).toContain('grpc')
    await page.keyboard.press('Enter')
    expect(await focused()).toBe(name)
    await page.keyboard.press('Escape')
    expect(await focused()).not.toBe(name)
    await context.close()
  })
})

describe('a hostile log', () => {
  it.each([true, false])('is text and nothing else (scripts: %s)', async (javaScriptEnabled) => {
    const { page, context, said, requests } = await openPage(browser, urls.hostile ?? '', { javaScriptEnabled })
    if (javaScriptEnabled) {
      await enlivened(page)
      for (const summary of await page.locator('.sigs summary').all()) await summary.click()
      expect(await page.evaluate(() => 'harm' in window)).toBe(false)
      await page.locator('input[type=search]').fill('__proto__')
      expect(await page.locator('.sigs tbody tr:visible').count()).toBeGreaterThan(0)
      await page.locator('input[type=search]').fill('')
    }
    expect([said, requests]).toEqual([[], [urls.hostile]])
    expect(await page.locator('script, img, iframe, object, embed, link, base, form').count()).toBe(1)
    expect(await page.locator('h1').allInnerTexts()).toEqual([expect.stringContaining('hostile.log')])
    const names = (await text(page, '.sigs tbody tr summary')).join('\n')
    const handlers = await page.locator('[onerror], [onmouseover], [onfocus], [autofocus]').count()
    expect(handlers).toBe(0)
    expect(names).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u2028\u2029]/)
    if (!javaScriptEnabled)
      for (const name of HOSTILE) expect(names).toContain(name.replace(/[\u202a-\u202e\u2028\u2029]/g, '\ufffd'))
    await context.close()
  })

  it('has no link that is not to the web', async () => {
    const { page, context } = await openPage(browser, urls.hostile ?? '')
    await enlivened(page)
    const targets = await page.locator('a').evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? ''))
    expect(targets.filter((target) => !/^(?:https?:\/\/|#)/.test(target))).toEqual([])
    await context.close()
  })
})

describe('a fleet of 20 pods', () => {
  it('says in one table where the leak is, and leads to the worst', async () => {
    const { page, context } = await openPage(browser, urls.fleet ?? '')
    await enlivened(page)
    const [first = ''] = await text(page, '.fleet tbody tr')
    expect(first).toMatch(/producer\.\(\*Producer\)\.send/)
    expect(first).toMatch(/20 of 20\s+leaking in 7/)
    const link = page.locator('.fleet tbody tr').first().locator('a')
    expect(await link.textContent()).toMatch(/web-18\.log$/)
    await link.click()
    await expect.poll(() => page.locator('.sigs tr:target details[open]').count()).toBe(1)
    await context.close()
  })
})

describe('--by label:KEY', () => {
  it('counts the goroutines of each value, which stays text', async () => {
    const { page, context, said } = await openPage(browser, urls.label ?? '')
    await enlivened(page)
    const rows = await text(page, '.fleet tbody tr')
    expect(rows).toEqual([expect.stringMatching(/^574\s+1 of 1\s.*<img src=x onerror=window\.harm=8>/s)])
    expect(said).toEqual([])
    await context.close()
  })
})

describe('accessibility', () => {
  const each = ['service', 'hostile', 'waits', 'fleet'].flatMap((name) => [
    [name, 'light'] as const,
    [name, 'dark'] as const,
  ])

  it.each(each)('axe-core finds nothing serious in %s, %s', async (name, colorScheme) => {
    const { page, context } = await openPage(browser, urls[name] ?? '', { colorScheme })
    await enlivened(page)
    await page.locator('.sigs summary').first().click()
    expect(await serious(page)).toEqual([])
    await context.close()
  })

  it.each(['service', 'fleet', 'waits'])('%s fits a screen of 390 px', async (name) => {
    const { page, context } = await openPage(browser, urls[name] ?? '', { viewport: { width: 390, height: 844 } })
    await enlivened(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await context.close()
  })

  it('prints all findings open, and no controls', async () => {
    const { page, context } = await openPage(browser, urls.service ?? '')
    await enlivened(page)
    const pdf = await page.pdf({ format: 'A4' })
    writeFileSync(folder.at('service.pdf'), pdf)
    expect(pdf.length).toBeGreaterThan(10_000)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.controls').first().isVisible()).toBe(false)
    await context.close()
  })
})
