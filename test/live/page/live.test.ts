/** The page of `--serve` in a real browser, while dumps come. */
import type { ChildProcess } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childrenForEachTest } from '../../children.ts'
import { start } from '../../cli/spawn.ts'
import { folderForEachTest } from '../../folder.ts'
import { WAIT_MS } from '../../patience.ts'
import { freePort } from '../../sinks/otel/receiver.ts'
import { threeDumps } from '../../sinks/otel/service.ts'
import { enlivened, openBrowser, openPage } from './browser.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()
const [first = '', second = '', third = ''] = threeDumps()
let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
})

/** Resolves when it listens. */
async function serve(port: number, path: string): Promise<ChildProcess> {
  const child = children.add(
    start(['--follow', '--idle', '100ms', '--format', 'none', '--serve', `${port}`, '--prometheus', `${port}`, path]),
  )
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.includes('serving ')) resolve()
    })
    child.once('close', () => reject(new Error(said)))
  })
  return child
}

const PATIENCE = { timeout: WAIT_MS }

describe('a live page', () => {
  it('follows the dumps, and keeps what the reader has opened, typed and focused', async () => {
    const path = folder.write('app.log', first)
    const port = await freePort()
    await serve(port, path)
    const { page, context, said, requests } = await openPage(browser, `http://127.0.0.1:${port}/`)
    const meta = page.locator('.meta').first()
    await expect.poll(() => meta.textContent(), PATIENCE).toMatch(/^15 goroutines/)
    await enlivened(page)
    await page.locator('.sigs summary', { hasText: 'step2' }).click()
    await page.locator('input[type=search]').fill('cron')
    appendFileSync(path, second)
    await expect.poll(() => meta.textContent(), PATIENCE).toMatch(/^33 goroutines/)
    appendFileSync(path, third)
    await expect.poll(() => meta.textContent(), PATIENCE).toMatch(/^53 goroutines/)
    await enlivened(page)
    expect(await page.locator('.sigs details[open]').count()).toBe(1)
    expect(await page.locator('input[type=search]').inputValue()).toBe('cron')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search')
    expect(await page.locator('.sigs tbody tr:visible').count()).toBe(1)
    expect(await page.locator('.card h3').first().textContent()).toMatch(/^45 goroutines leak/)
    expect(await page.locator('.heat thead .n').allTextContents()).toEqual(['1', '2', '3'])
    expect(said).toEqual([])
    expect(requests.filter((url) => !url.startsWith(`http://127.0.0.1:${port}/`))).toEqual([])
    await context.close()
  })

  it('finds its way back when the program has been started anew', async () => {
    const path = folder.write('app.log', first)
    const port = await freePort()
    const child = await serve(port, path)
    const { page, context } = await openPage(browser, `http://127.0.0.1:${port}/`)
    const status = page.locator('.live')
    await expect.poll(() => status.textContent(), PATIENCE).toBe('live')
    const over = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGTERM')
    await over
    await expect.poll(() => status.textContent(), PATIENCE).toMatch(/lost/)
    appendFileSync(path, second)
    await serve(port, path)
    await expect.poll(() => page.locator('.meta').first().textContent(), PATIENCE).toMatch(/^33 goroutines/)
    expect(await status.textContent()).toBe('live')
    await context.close()
  })
})
