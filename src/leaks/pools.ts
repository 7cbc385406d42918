/** Where a goroutine waits for a member of a pool, with the source file. */
export interface Pool {
  readonly what: string
  readonly inner: RegExp
  /** Matches in a goroutine that creates a member: the pool is not exhausted. */
  readonly making?: RegExp
  /** Matches in a goroutine started by the holder of a member to watch for the end of its use. */
  readonly watched?: RegExp
  /** Matches in a goroutine that uses a member. */
  readonly uses?: RegExp
  readonly source: string
}

export const HTTP_CONNECTION: RegExp = /^net\/http\.\(\*Transport\)\.getConn$/

export const POOLS: readonly Pool[] = [
  {
    what: 'a database connection',
    inner: /^database\/sql\.\(\*DB\)\.conn$/,
    making: /^database\/sql\.\(\*DB\)\.openNewConnection$/,
    watched: /^database\/sql\.\(\*(?:Tx|Rows)\)\.awaitDone$/,
    uses: /^database\/sql\./,
    source: 'database/sql/sql.go conn, openNewConnection',
  },
  { what: 'a database connection', inner: /pgxpool\.\(\*Pool\)\.Acquire$/, source: 'pgx/pgxpool/pool.go Acquire' },
  {
    what: 'a Redis connection',
    inner: /\/pool\.\(\*ConnPool\)\.waitTurn$|\/redigo\/redis\.\(\*Pool\)\.waitVacantConn$/,
    source: 'go-redis internal/pool/pool.go waitTurn; redigo/redis/pool.go waitVacantConn',
  },
  {
    what: 'a MongoDB connection',
    inner: /^go\.mongodb\.org\/mongo-driver\/.*\/topology\.\(\*pool\)\.checkOut$/,
    making: /^go\.mongodb\.org\/mongo-driver\/.*\/topology\.\(\*connection\)\.connect$/,
    source: 'mongo-driver x/mongo/driver/topology/pool.go checkOut, createConnections',
  },
  {
    what: 'an HTTP connection',
    inner: HTTP_CONNECTION,
    making: /^net\/http\.\(\*Transport\)\.dialConnFor$/,
    source: 'net/http/transport.go getConn',
  },
  {
    what: 'a semaphore',
    inner: /^golang\.org\/x\/sync\/semaphore\.\(\*Weighted\)\.Acquire$/,
    source: 'x/sync/semaphore/semaphore.go Acquire',
  },
  {
    what: 'a slot of an errgroup',
    inner: /^golang\.org\/x\/sync\/errgroup\.\(\*Group\)\.Go$/,
    source: 'x/sync/errgroup/errgroup.go Go',
  },
]
