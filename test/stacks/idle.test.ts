import { expect, it } from 'vitest'
import { idleness } from '../../src/stacks/idle.ts'

const idle = (...functions: string[]): string => idleness({ frames: functions.map((name) => ({ function: name })) })

const WORKER = [
  'google.golang.org/grpc.(*Server).serverWorker',
  'google.golang.org/grpc.(*Server).initServerWorkers.gowrap1',
]
const LISTENER = [
  'k8s.io/client-go/tools/cache.(*processorListener).run.func1',
  'k8s.io/apimachinery/pkg/util/wait.BackoffUntil.func1',
  'k8s.io/apimachinery/pkg/util/wait.Until',
  'k8s.io/client-go/tools/cache.(*processorListener).run',
  'k8s.io/apimachinery/pkg/util/wait.(*Group).Start.func1',
]

it('a worker of a gRPC server is idle between requests, and not while a handler waits in it', () => {
  expect(idle(...WORKER)).toBe('always')
  const unary = ['google.golang.org/grpc.(*Server).handleStream', 'google.golang.org/grpc.(*Server).serverWorker']
  expect(idle('runtime.gopark', 'google.golang.org/grpc/internal/transport.(*writeQuota).get', ...unary)).toBe('always')
  expect(idle('example.com/shop.(*Stock).Reserve', 'example.com/shop/pb._Stock_Reserve_Handler', ...unary)).toBe('no')
})

it('an informer is idle while it waits for events, and not while a handler of events waits in it', () => {
  expect(idle(...LISTENER)).toBe('always')
  expect(
    idle(
      'runtime.chansend1',
      'example.com/operator/queue.(*Queue).Push',
      'k8s.io/client-go/tools/cache.ResourceEventHandlerFuncs.OnAdd',
      ...LISTENER,
    ),
  ).toBe('no')
  expect(idle('sync.(*Cond).Wait', 'k8s.io/client-go/util/workqueue.(*Type).Get', 'main.(*Controller).next')).toBe(
    'always',
  )
})
