/**
 * What secrets look like: one row per form. The forms of keys are those that their issuers document and that secret scanners look for; a test
 * compares this table with secretlint's recommended rules. Every pattern is linear in the text, which can be anything that somebody logged:
 * repetitions are bounded, or begin only at a word.
 */
import { createHash } from 'node:crypto'

export interface Rule {
  readonly name: string
  /** Global. Its named group `secret` is masked; without one the whole match is. */
  readonly pattern: RegExp
  /** Something that every match contains, so that most texts are skipped quickly. */
  readonly hint?: RegExp
  /** A condition that the pattern cannot express. */
  accept?(secret: string): boolean
  /** The mask has four digits of a hash, so that different secrets stay different. Only for secrets that cannot be guessed. */
  readonly tagged?: true
}

/** Specific rules come before general ones. */
export const RULES: readonly Rule[] = [
  {
    name: 'private key',
    // A panic value may end before the key does.
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z0-9 ]{0,60}-----)?/g,
    hint: /PRIVATE KEY/,
  },
  {
    name: 'user-info',
    pattern: /\b[A-Za-z][A-Za-z0-9+.-]{0,24}:\/\/(?<secret>[^\s/?#"'<>\\]{1,512})@/g,
    hint: /:\/\//,
  },
  {
    // go-sql-driver/mysql: `user:password@tcp(host:3306)/db`.
    name: 'user-info',
    pattern: /(?<![^\s"'=([{,])(?<secret>[^\s:@/"'=]{1,64}:[^\s@/"']{0,256})@(?:tcp6?|udp6?|unix|cloudsql)\(/g,
    hint: /@[a-z]+6?\(/,
  },
  {
    name: 'cookie',
    pattern: /\bcookie["']?\s{0,3}[:=]\s{0,3}\[?["']?(?<secret>[^\s\]"'=]{1,128}=[^\]"'\r\n]{1,4096})/gi,
    hint: /cookie/i,
  },
  {
    name: 'token',
    pattern: /\b(?:bearer|basic|apikey|negotiate)\s{1,4}(?<secret>[\w.~+/=-]{8,4096})/gi,
    hint: /bearer|basic|apikey|negotiate/i,
    // `bearer authentication failed`
    accept: (secret) => /[\d=]/.test(secret) || secret.length >= 24,
  },
  { name: 'jwt', pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, hint: /eyJ/ },
  {
    name: 'aws key',
    pattern: /(?<![A-Z0-9])(?:AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])/g,
    hint: /A[A-Z]{3}[A-Z2-7]{16}/,
  },
  {
    name: 'github token',
    pattern: /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})/g,
    hint: /gh[pousr]_|github_pat_/,
  },
  {
    name: 'slack token',
    pattern: /(?<![A-Za-z0-9])(?:xox[a-z](?:\.xox[a-z])?-[\w-]{10,512}|xapp-[\w-]{10,512})/g,
    hint: /xox|xapp-/,
  },
  { name: 'slack hook', pattern: /hooks\.slack\.com\/(?<secret>[a-z]{4,16}\/[\w/-]{10,256})/g, hint: /hooks\.slack/ },
  {
    name: 'google key',
    pattern: /(?<![\w-])(?:AIza[\w-]{35}(?![\w-])|ya29\.[\w-]{20,4096}|GOCSPX-[\w-]{28})/g,
    hint: /AIza|ya29\.|GOCSPX-/,
  },
  {
    name: 'stripe key',
    pattern: /(?<![A-Za-z0-9])(?:[srp]k_(?:live|test)_[A-Za-z0-9]{10,255}|whsec_[\w+/=-]{16,255})/g,
    hint: /k_live_|k_test_|whsec_/,
  },
  {
    name: 'key',
    // Anthropic, OpenAI, GitLab, npm, PyPI, SendGrid, Vault, DigitalOcean, Shopify, Hugging Face, Linear, Twilio, 1Password, age.
    pattern:
      /(?<![A-Za-z0-9])(?:sk-[\w-]{20,255}|gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w.-]{20,255}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{16,512}|SG\.[\w-]{16,64}\.[\w-]{16,64}|hv[sbr]\.[\w-]{20,512}|do[opr]_v1_[0-9a-f]{64}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|hf_[A-Za-z0-9]{30,64}|lin_api_[A-Za-z0-9]{32,64}|(?:SK|AC)[0-9a-f]{32}|ops_eyJ[\w+/=-]{50,4096}|AGE-SECRET-KEY-1[A-Z0-9]{58})/g,
  },
  {
    name: 'secret',
    // `password=x`, `"api_key": "x"`, `DB_PASSWORD: x`, `?token=x`
    pattern:
      /(?<![A-Za-z0-9_])[\w-]{0,32}?(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)[\w-]{0,16}(?:["']?\s{0,3}=\s{0,3}["']?|["']\s{0,3}:\s{0,3}["']|:)(?<secret>[^\s"'&;,)}\]]{3,1024})/gi,
    hint: /passw|pwd|passphrase|secret|token|key|credential/i,
  },
  {
    name: 'secret',
    // After a colon and a blank there may also be prose: `token: unexpected end of input`.
    pattern:
      /\b[\w-]{0,32}?(?:passw(?:or)?d|secret|token|api[_-]?key)[\w-]{0,16}:[ \t]{1,3}(?<secret>[^\s"'&;,)}\]]{6,1024})/gi,
    hint: /passw|secret|token|key/i,
    accept: (secret) => /\d/.test(secret) || secret.length >= 20,
  },
  {
    name: 'e-mail',
    pattern: /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/gu,
    hint: /@/,
    // An scp-like address of a repository.
    accept: (secret) => !secret.startsWith('git@'),
  },
  {
    name: 'hex',
    pattern: /(?<![\p{L}\p{N}])(?:0x)?[0-9a-fA-F]{32,}(?![\p{L}\p{N}])/gu,
    accept: (secret) => /\d/.test(secret),
    tagged: true,
  },
  {
    name: 'base64',
    pattern: /(?<![\w+/-])[\w+-][\w+/-]{31,}={0,2}(?![\w+/])/g,
    accept: looksRandom,
    tagged: true,
  },
]

/** Names of labels and attributes whose values are always secret. */
export const SECRET_NAME: RegExp =
  /passw(?:or)?d|passphrase|secret|api[_.-]?key|access[_.-]?key|private[_.-]?key|credential|authorization|(?:^|[_.-])(?:pwd|token|cookie|jwt)$/i

/**
 * Has letters of both cases and digits, and changes between these classes as often as random text: two in three characters; in names it is one
 * in three.
 */
function looksRandom(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/\d/.test(text)) return false
  const slashes = text.split('/').length - 1
  // In random text, one character in 64; a path has more.
  if (slashes > text.length / 16) return false
  let changes = 0
  for (let i = 1; i < text.length; i++) if (classOf(text[i]) !== classOf(text[i - 1])) changes++
  return changes / (text.length - 1) >= 0.45
}

function classOf(character: string | undefined): 'lower' | 'upper' | 'digit' | 'other' {
  if (character === undefined) return 'other'
  if (character >= 'a' && character <= 'z') return 'lower'
  if (character >= 'A' && character <= 'Z') return 'upper'
  return character >= '0' && character <= '9' ? 'digit' : 'other'
}

export function mask(rule: Rule, secret: string): string {
  if (rule.tagged !== true) return `[${rule.name}]`
  return `[${rule.name} ${createHash('sha256').update(secret).digest('hex').slice(0, 4)}]`
}
