/** Which frame a person would name. */
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../src/core/model.ts'
import { titleFrame } from '../../src/stacks/title.ts'

const frame = (text: string): Frame => {
  const [name = '', place = ''] = text.split(' ')
  const colon = place.lastIndexOf(':')
  return { function: name, file: place.slice(0, colon), line: Number(place.slice(colon + 1)) }
}
const title = (...frames: string[]): string => titleFrame({ frames: frames.map(frame) }).function

const GIN = '/root/go/pkg/mod/github.com/gin-gonic/gin@v1.10.0'

describe('the frame of a panic', () => {
  it('is the one that panicked, not the middleware that recovered', () => {
    expect(
      title(
        'shop/mw.Recover.func1.1 /src/mw/recover.go:71',
        'panic /go/src/runtime/panic.go:770',
        'shop/cart.(*Cart).Add /src/cart/cart.go:112',
        'shop/mw.Recover.func1 /src/mw/recover.go:78',
      ),
    ).toBe('shop/cart.(*Cart).Add')
  })

  it.each([
    [
      'net/http',
      ['net/http.(*conn).serve.func1 /go/src/net/http/server.go:1963'],
      ['net/http.HandlerFunc.ServeHTTP /go/src/net/http/server.go:2362'],
    ],
    [
      'gin',
      [
        `github.com/gin-gonic/gin.stack ${GIN}/recovery.go:118`,
        `github.com/gin-gonic/gin.CustomRecoveryWithWriter.func1.1 ${GIN}/recovery.go:61`,
      ],
      [`github.com/gin-gonic/gin.(*Context).Next ${GIN}/context.go:185`],
    ],
    [
      'echo',
      [
        'github.com/labstack/echo/v4/middleware.RecoverWithConfig.func1.1.1 /root/go/pkg/mod/github.com/labstack/echo/v4@v4.12.0/middleware/recover.go:98',
      ],
      [
        'github.com/labstack/echo/v4.(*Echo).add.func1 /root/go/pkg/mod/github.com/labstack/echo/v4@v4.12.0/echo.go:582',
      ],
    ],
    [
      'grpc',
      [
        'runtime/debug.Stack /go/src/runtime/debug/stack.go:26',
        'github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/recovery.recoverFrom /root/go/pkg/mod/github.com/grpc-ecosystem/go-grpc-middleware/v2@v2.1.0/interceptors/recovery/interceptors.go:58',
      ],
      [
        'google.golang.org/grpc.(*Server).processUnaryRPC /root/go/pkg/mod/google.golang.org/grpc@v1.65.0/server.go:1379',
      ],
    ],
  ])('is the one that panicked, with the recovery of %s', (_name, inner, outer) => {
    const own = 'shop/cart.(*Cart).Add /src/cart/cart.go:112'
    expect(title(...inner, 'panic /go/src/runtime/panic.go:770', own, ...outer)).toBe('shop/cart.(*Cart).Add')
  })

  it('passes over what the runtime has in between', () => {
    const inner = ['shop/mw.Recover.func1 /src/mw/recover.go:71', 'panic /go/src/runtime/panic.go:770']
    const own = 'shop/cart.(*Cart).Add /src/cart/cart.go:112'
    for (const names of [['runtime.panicmem', 'runtime.sigpanic'], ['runtime.goPanicIndex'], ['runtime.panicdivide']])
      expect(title(...inner, ...names.map((name) => `${name} /go/src/runtime/panic.go:115`), own)).toBe(
        'shop/cart.(*Cart).Add',
      )
  })

  it('is the first one where it was thrown again', () => {
    expect(
      title(
        'shop/mw.Log.func1 /src/mw/log.go:20',
        'panic /go/src/runtime/panic.go:770',
        'shop/mw.Trace.func1 /src/mw/trace.go:9',
        'panic /go/src/runtime/panic.go:770',
        'shop/cart.(*Cart).Add /src/cart/cart.go:112',
      ),
    ).toBe('shop/cart.(*Cart).Add')
  })

  it('is where a goroutine waits, if a deferred call waits', () => {
    expect(
      title(
        'sync.(*Mutex).Lock /go/src/sync/mutex.go:90',
        'shop/cart.(*Cart).Close /src/cart/cart.go:40',
        'panic /go/src/runtime/panic.go:770',
        'shop/cart.(*Cart).Add /src/cart/cart.go:112',
      ),
    ).toBe('shop/cart.(*Cart).Close')
  })

  it('is what recovered where nothing is below the panic', () => {
    expect(title('shop/mw.Recover.func1 /src/mw/recover.go:71', 'panic /go/src/runtime/panic.go:770')).toBe(
      'shop/mw.Recover.func1',
    )
  })
})
