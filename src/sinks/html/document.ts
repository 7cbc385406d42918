/**
 * The complete file. It loads nothing: its policy allows only its own style and script, by their hashes, so nothing that a log says can run or
 * send anything out.
 */
import type { Report } from '../report/report.ts'
import { html } from './markup.ts'
import { type PageOptions, pageBody } from './page.ts'

/** Defined in the built package: scripts/build.mjs makes these from src/page. */
declare const DUMPSTREAM_PAGE: PageAssets
const ASSETS: PageAssets = DUMPSTREAM_PAGE

export interface PageAssets {
  readonly script: string
  readonly style: string
  /** `sha256-…` of each, exactly as between their tags. */
  readonly scriptHash: string
  readonly styleHash: string
}

export interface DocumentOptions extends PageOptions {
  /** The page comes from a server, and listens to it for updates. */
  readonly live: boolean
}

export function documentText(report: Report, options: DocumentOptions): string {
  const title = report.sources.length === 1 ? (report.sources[0]?.source ?? '') : `${report.sources.length} sources`
  const head = html`<!doctype html>
<html lang="en"${options.live && html` data-live`}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(options.live)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="dumpstream">
<title>${title} · goroutines</title>
`
  return `${head.text}<style>${ASSETS.style}</style>
</head>
<body>
${bodyText(report, options)}
<script>${ASSETS.script}</script>
</body>
</html>
`
}

/** The part that a live page requests again. */
export function bodyText(report: Report, options: PageOptions): string {
  return html`<div id="report"${options.version !== undefined && html` data-version="${options.version}"`}>${pageBody(report, options)}</div>`
    .text
}

export function contentSecurityPolicy(live: boolean): string {
  const { scriptHash, styleHash } = ASSETS
  return [
    "default-src 'none'",
    `script-src '${scriptHash}'`,
    `style-src '${styleHash}'`,
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}
