import { lintSource } from '@secretlint/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactRecord, redactSource, redactText } from '../../../src/sinks/redact/redact.ts'
import { dump, finding, signature } from '../records.ts'

type LintRule = Parameters<typeof lintSource>[0]['options']['config']['rules'][number]['rule']

/** Made up, and put together here, so that no scanner takes this file for a leak. */
const of = (alphabet: string, length: number): string =>
  Array.from({ length }, (_, i) => alphabet[(i * 7 + 3 * Math.floor(i / 5)) % alphabet.length]).join('')
const ALNUM = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zC'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const HEX = '0123456789abcdef'
const jwt = `eyJ${of(ALNUM, 20)}.eyJ${of(ALNUM, 40)}.${of(ALNUM, 43)}`

const SECRETS: readonly (readonly [text: string, masked: string])[] = [
  [
    'dial postgres://app:s3cr3t@db.internal:5432/shop: refused',
    'dial postgres://[user-info]@db.internal:5432/shop: refused',
  ],
  ['redis://:p@ss@cache:6379', 'redis://[user-info]@cache:6379'],
  ['amqp://guest@mq/', 'amqp://[user-info]@mq/'],
  ['open app:pa:ss@tcp(10.0.0.7:3306)/shop', 'open [user-info]@tcp(10.0.0.7:3306)/shop'],
  ['map[Authorization:[Bearer abc123def456]]', 'map[Authorization:[Bearer [token]]]'],
  ['Authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l', 'Authorization: Basic [token]'],
  [`token was ${jwt}`, 'token was [jwt]'],
  [`AWS ${'AK'}IA${of(UPPER, 16)} denied`, 'AWS [aws key] denied'],
  [`ghp_${of(ALNUM, 36)}`, '[github token]'],
  [`github_pat_${of(ALNUM, 60)}`, '[github token]'],
  [`${'xox'}b-123456789012-${of(ALNUM, 24)}`, '[slack token]'],
  [
    `https://hooks.slack.com/${'services'}/T00000000/B00000000/${of(ALNUM, 24)}`,
    'https://hooks.slack.com/[slack hook]',
  ],
  [`AIza${of(ALNUM, 35)}`, '[google key]'],
  [`ya29.${of(ALNUM, 60)}`, '[google key]'],
  [`sk_${'live'}_${of(ALNUM, 24)}`, '[stripe key]'],
  [`sk-ant-api03-${of(ALNUM, 90)}`, '[key]'],
  [`glpat-${of(ALNUM, 20)}`, '[key]'],
  [`npm_${of(ALNUM, 36)}`, '[key]'],
  [`-----BEGIN RSA PRIVATE KEY-----\nMIIE${of(ALNUM, 60)}\n-----END RSA PRIVATE KEY----- after`, '[private key] after'],
  [`-----BEGIN PRIVATE KEY-----\\nMIIE${of(ALNUM, 60)} (cut)`, '[private key]'],
  ['login failed: password=hunter2&user=bob', 'login failed: password=[secret]&user=bob'],
  ['{"api_key": "abc", "n": 1}', '{"api_key": "[secret]", "n": 1}'],
  ['DB_PASSWORD: hunter2', 'DB_PASSWORD: [secret]'],
  ['GET /v1?access_token=abcdef HTTP/1.1', 'GET /v1?access_token=[secret] HTTP/1.1'],
  ['Cookie: session=0123; theme=dark', 'Cookie: [cookie]'],
  ['no such user alice.smith+test@example.co.uk', 'no such user [e-mail]'],
  ['Ärger mit jürgen@bücher.example', 'Ärger mit [e-mail]'],
]

/** What looks similar and is needed to find the cause. */
const NO_SECRETS: readonly string[] = [
  'runtime error: invalid memory address or nil pointer dereference',
  '292 goroutines leak in chan send at producer.go:40',
  'assignment to entry in nil map',
  'token: unexpected end of input',
  'invalid character in bearer authentication',
  'basic validation failed',
  '/root/go/pkg/mod/github.com/jackc/pgx/v5@v5.7.2/pgxpool/pool.go:512',
  'github.com/acme/shop@v1.2.3-0.20260102030405-abcdef123456',
  'k8s.io/client-go/tools/cache.(*Reflector).ListAndWatchWithoutInitialList1',
  'open /Users/JohnDoe2/Go/src/MyCompany/Project1/Config3/App7.json: no such file',
  'shop/web-7d9f8c6b5d-x2x9k/app',
  '123e4567-e89b-12d3-a456-426614174000',
  'clone git@github.com:acme/shop.git',
  'goroutine 9f0c2c3f5b7a1e42',
  'unexpected fault address 0xc0000140f0',
  'TestServerHandlesConcurrentUpgradesWithHTTP2AndTLS13',
  'the key: not found',
]

describe('a secret in a text', () => {
  it.each(SECRETS)('%s', (text, masked) => {
    expect(redactText(text)).toBe(masked)
  })

  it('that is long hex or base64 is masked, and what was different stays different', () => {
    const one = redactText(`digest ${of(HEX, 64)} mismatch`)
    const two = redactText(`digest ${of(HEX, 63)}f mismatch`)
    expect(one).toMatch(/^digest \[hex [0-9a-f]{4}\] mismatch$/)
    expect(two).toMatch(/^digest \[hex [0-9a-f]{4}\] mismatch$/)
    expect(one).not.toBe(two)
    expect(redactText(`blob ${of(ALNUM, 44)}=`)).toMatch(/^blob \[base64 [0-9a-f]{4}\]$/)
  })

  it.each(NO_SECRETS)('is not seen in %s', (text) => {
    expect(redactText(text)).toBe(text)
  })

  it('is masked wherever it stands', () => {
    const words = fc.constantFrom('failed:', '(', ')', '"', 'user', '→', '服务', '\n', '=', ' ')
    const secret = fc.constantFrom(jwt, `ghp_${of(ALNUM, 36)}`, 'postgres://app:s3cr3t@db/shop', 'bob@example.com')
    fc.assert(
      fc.property(fc.array(words), secret, fc.array(words), (before, text, after) => {
        const core = text.startsWith('postgres') ? 's3cr3t' : text
        expect(redactText(`${before.join(' ')} ${text} ${after.join(' ')}`)).not.toContain(core)
      }),
    )
  })

  it('that secretlint finds is masked', async () => {
    // By a computed name: its types name packages that are bundled in it.
    const { creator }: { creator: Extract<LintRule, { rules: unknown }> } = await import(
      `@secretlint/${'secretlint-rule-preset-recommend'}`
    )
    const config = { rules: [{ id: 'preset', rule: creator }] }
    const text = SECRETS.map(([secret]) => secret).join('\n')
    const lint = async (content: string): Promise<number> => {
      const { messages } = await lintSource({
        source: { content, filePath: 'panic.txt', ext: '.txt', contentType: 'text' },
        options: { config },
      })
      return messages.length
    }
    expect(await lint(text)).toBeGreaterThanOrEqual(5)
    expect(await lint(redactText(text))).toBe(0)
  })
})

describe('masking', () => {
  const MADE_OF = [
    'a', 'a.', 'a@', 'aB3', 'eyJ', 'eyJ-', 'eyJaaaaaaaa.', '://', 'a://', 'a:a', 'password', 'password=', 'token:', 'token: ',
    '0', '-----BEGIN PRIVATE KEY-----', 'cookie:', 'cookie:a', 'bearer ', 'sk-', 'gh', 'ghp_', '/', 'A/b0', '=', '-', '_', '%', '\n', ' ',
  ] // biome-ignore format: one list
  // Quadratic work on a megabyte takes hours: it would end at the time-out of the test.
  it.each(MADE_OF)('ends on a megabyte made of %j', (unit) => {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length))
    expect(redactText(text).length).toBeGreaterThan(0)
  })
})

describe('a record', () => {
  it('is masked in what programs and shippers put into it, and nowhere else', () => {
    const secret = 'bob@example.com'
    expect(
      redactRecord(dump({ source: secret, reason: secret, process: secret, attributes: { user: secret } })),
    ).toEqual(dump({ source: '[e-mail]', reason: '[e-mail]', process: '[e-mail]', attributes: { user: '[e-mail]' } }))
    expect(redactRecord(finding({ title: secret, because: secret, hint: secret }))).toEqual(
      finding({ title: '[e-mail]', because: '[e-mail]', hint: '[e-mail]' }),
    )
    const record = signature({ function: 'main.a@b.example', file: '/home/bob@example.com/a.go', stack: [secret] })
    expect(redactRecord(record)).toEqual(record)
  })

  it('sums up the values of a label that look the same once they are masked', () => {
    const labels = { user: { 'a@example.com': 3, 'b@example.com': 4, anonymous: 5 }, api_key: { x: 1, y: 2 } }
    expect(redactRecord(signature({ labels })).labels).toEqual({
      user: { '[e-mail]': 7, anonymous: 5 },
      api_key: { '[secret]': 3 },
    })
  })

  it('keeps a label whose name is __proto__', () => {
    const labels: unknown = JSON.parse('{"__proto__":{"a@example.com":1}}')
    const masked = redactRecord(signature({ labels: labels as Record<string, Record<string, number>> })).labels ?? {}
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"[e-mail]":1}}')
  })

  it('keeps what identifies a container or a revision', () => {
    const id = of(HEX, 64)
    const source = `/var/lib/docker/containers/${id}/${id}-json.log`
    expect(redactSource(source)).toBe(source)
    const attributes = { 'container.id': id, 'k8s.pod.uid': id, 'vcs.revision': of(HEX, 40) }
    expect(redactRecord(dump({ attributes })).attributes).toEqual(attributes)
  })
})
