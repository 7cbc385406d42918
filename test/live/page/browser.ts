/** A real Chromium for the tests of the report page, and pages written by the built command. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

export async function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('the tests of the report page need Chromium: apt-get install chromium')
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page, and all that it has said and asked for. */
export interface Watched {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors and warnings of the console, and what was thrown. */
  readonly said: string[]
  readonly requests: string[]
}

export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const said: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text())
  })
  page.on('pageerror', (error) => said.push(error.message))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(url)
  return { page, context, said, requests }
}

/** The script has done its part when the flame graph is there. */
export async function enlivened(page: Page): Promise<void> {
  await page.locator('.icicle button').first().waitFor()
}
