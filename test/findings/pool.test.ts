/** Pools whose members are all taken. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, type Written } from './findings.ts'

describe('a pool', () => {
  const tick: Written = { state: 'sleep', calls: ['main.tick()'], by: 'main.main in goroutine 1' }
  const query: Written = { state: 'select', calls: ['database/sql.(*DB).conn(0x0?)', 'shop/users.find()'] }

  it('is exhausted for one waiter if no goroutine works with a connection', () => {
    expect(findings(dumpOf([query]))[0]).toMatchObject({ finding: 'pool', goroutines: 1 })
  })

  it.each([
    ['a database connection', 'github.com/jackc/pgx/v5/pgxpool.(*Pool).Acquire'],
    ['a Redis connection', 'github.com/redis/go-redis/v9/internal/pool.(*ConnPool).waitTurn'],
    ['a Redis connection', 'github.com/gomodule/redigo/redis.(*Pool).waitVacantConn'],
    ['a MongoDB connection', 'go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology.(*pool).checkOut'],
    ['a semaphore', 'golang.org/x/sync/semaphore.(*Weighted).Acquire'],
  ])('is known in libraries: %s, %s', (what, name) => {
    const wait = { ...query, calls: [`${name}(0xc000010000)`, 'shop/users.find()'] }
    const [first, ...others] = findings(dumpOf([wait, tick]))
    expect([first?.finding, others]).toEqual(['pool', []])
    expect(first?.title).toContain(`waits for ${what} `)
  })

  it('is exhausted after minutes, whatever waits in another method of a type further out', () => {
    const deliver = 'shop/mail.(*Dispatcher).Deliver(0x0?)'
    const late: Written = {
      state: 'select, 4 minutes',
      calls: ['golang.org/x/sync/semaphore.(*Weighted).Acquire(0x0?)', deliver, 'main.(*intake).work(0x0?)'],
      by: 'main.main in goroutine 1',
    }
    const serve: Written = {
      state: 'select',
      calls: ['main.(*intake).ServeHTTP(0x0?)'],
      by: 'net/http.(*Server).Serve in goroutine 9',
    }
    const holds: Written = { state: 'select', calls: ['shop/smtp.send()', deliver], by: 'main.main in goroutine 1' }
    expect(findings(dumpOf([late, late, serve])).map(({ finding }) => finding)).toEqual(['pool'])
    expect(findings(dumpOf([late, late, serve, holds]))).toEqual([])
  })

  it('is busy if a goroutine of its code, which may have a member, waits for a timer', () => {
    const pause: Written = { state: 'chan receive', calls: ['shop/users.retry()'], by: 'main.main in goroutine 9' }
    expect(findings(dumpOf([query, query, pause]))).toEqual([])
  })

  it('is busy for a few waiters if a goroutine works with a connection', () => {
    const busy = { state: 'IO wait', calls: ['database/sql.(*Rows).Next(0x0?)', 'shop/users.list()'] }
    expect(findings(dumpOf([query, query, busy]))).toEqual([])
  })

  it('is exhausted if one has waited for minutes, whatever goroutines of other code do', () => {
    const late: Written = {
      state: 'select, 3 minutes',
      calls: [...query.calls, 'main.handle()', 'net/http.(*conn).serve(0xc000010000)'],
      by: 'net/http.(*Server).Serve in goroutine 77',
    }
    const [first] = findings(dumpOf([late, tick]))
    expect(first).toMatchObject({ finding: 'pool', goroutines: 1 })
    for (const state of ['IO wait', 'chan receive']) {
      const user = { ...late, state, calls: ['shop/api.send()', 'shop/users.find()'] }
      expect(findings(dumpOf([late, tick, user]))).toEqual([])
    }
  })

  const conn = 'database/sql.(*DB).conn(0xc000010000)'
  const rename: Written = {
    state: 'select',
    calls: [conn, 'database/sql.(*DB).Exec(...)', 'shop/users.rename(0x1)', 'main.handle()'],
    by: 'net/http.(*Server).Serve in goroutine 77',
  }
  const watch = (id: number): Written => ({
    state: 'select',
    calls: ['database/sql.(*Tx).awaitDone(0xc000010000)'],
    by: `database/sql.(*DB).beginDC in goroutine ${id}`,
  })

  it('is exhausted if each goroutine known to have a member waits for another one', () => {
    const [first, ...others] = findings(dumpOf([rename, rename, watch(2), watch(3), tick]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'pool', goroutines: 2 })
    expect(first?.because).toBe('all members of the pool are taken by goroutines that wait for another one')
  })

  it.each<[string, Written[]]>([
    ['the owner of a member does not wait', [watch(2), watch(4)]],
    ['the owner of a member has exited', [watch(2), watch(88)]],
    [
      'another goroutine uses the database',
      [watch(2), { ...tick, state: 'IO wait', calls: ['database/sql.(*DB).query(0x0?)', 'main.list()'] }],
    ],
  ])('is busy if %s', (_how, others) => {
    expect(findings(dumpOf([rename, rename, tick, ...others]))).toEqual([])
  })

  it('is reported once, although its waiting senders are at a standstill', () => {
    const go: Written = {
      state: 'chan send',
      calls: ['golang.org/x/sync/errgroup.(*Group).Go(0x1)', 'shop/jobs.all()'],
      by: 'shop/jobs.start in goroutine 77',
    }
    expect(findings(dumpOf([go, go])).map(({ finding }) => finding)).toEqual(['pool'])
  })
})
