package leaks

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// walkTree has two slots for a walk; a goroutine with a slot needs another one for a subfolder.
func walkTree() {
	w := &walk{slots: make(chan struct{}, 2)}
	w.folders.Add(1)
	go w.folder(3)
	w.folders.Wait()
}

type walk struct {
	slots   chan struct{}
	folders sync.WaitGroup
}

func (w *walk) folder(depth int) {
	defer w.folders.Done()
	w.slots <- struct{}{}
	defer func() { <-w.slots }()
	if depth == 0 {
		return
	}
	var inner sync.WaitGroup
	for i := 0; i < 2; i++ {
		w.folders.Add(1)
		inner.Add(1)
		go func() {
			defer inner.Done()
			w.folder(depth - 1)
		}()
	}
	inner.Wait()
}

// runRing has three stages, each of which waits for the previous one to begin.
func runRing() {
	a, b, c := make(chan int), make(chan int), make(chan int)
	go ringStage(a, b)
	go ringStage(b, c)
	go ringStage(c, a)
}

func ringStage(in, out chan int) {
	for each := range in {
		out <- each + 1
	}
}

type rpcConn struct {
	net.Conn
	control chan string
	updates chan string
	ctx     context.Context
}

// invoke dials for a call, and forgets to close the connection.
func invoke(url string) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	c := &rpcConn{conn, make(chan string, 1), make(chan string), ctx}
	go c.reader()
	go c.loopWriter()
	go c.balancer()
	c.control <- "GET / HTTP/1.1\r\nHost: shop\r\n\r\n"
}

func (c *rpcConn) reader() { io.Copy(io.Discard, c) }

func (c *rpcConn) loopWriter() {
	for {
		select {
		case frame := <-c.control:
			io.WriteString(c, frame)
		case <-c.ctx.Done():
			return
		}
	}
}

func (c *rpcConn) balancer() {
	for {
		select {
		case <-c.updates:
		case <-c.ctx.Done():
			return
		}
	}
}

var (
	dayMu sync.Mutex
	ofDay = map[int64]string{}
)

// putForADay starts a goroutine for the day on which the entry expires.
func putForADay() {
	key := time.Now().UnixNano()
	dayMu.Lock()
	ofDay[key] = "value"
	dayMu.Unlock()
	go expire(key)
}

func expire(key int64) {
	<-time.After(24 * time.Hour)
	dayMu.Lock()
	delete(ofDay, key)
	dayMu.Unlock()
}

var lifetime, _ = context.WithCancel(context.Background())

// withBoth merges the context of the process with that of a session that does not end.
func withBoth() {
	session, cancel := context.WithCancel(context.WithoutCancel(lifetime))
	_ = cancel
	ctx := merge(lifetime, session)
	_ = ctx.Err()
}

func merge(one, other context.Context) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-one.Done():
		case <-other.Done():
		}
		cancel()
	}()
	return ctx
}

type boundedBuffer struct {
	mu     sync.Mutex
	change sync.Cond
	closed bool
}

// closeSession has three readers, of which Signal wakes only one.
func closeSession() {
	b := &boundedBuffer{}
	b.change.L = &b.mu
	for i := 0; i < 3; i++ {
		go b.read()
	}
	time.Sleep(2 * time.Millisecond)
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.change.Signal()
}

func (b *boundedBuffer) read() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.closed {
		b.change.Wait()
	}
}

type rpcCall struct{ done chan *rpcCall }

type rpcClient struct {
	mu      sync.Mutex
	pending map[int]*rpcCall
}

var rpc = rpcClient{pending: map[int]*rpcCall{}}

// callOverDead registers a call with a client whose reader has returned, because it mistook an error for the end of one call.
func callOverDead() {
	rpc.invoke("Cart.Add")
}

func (c *rpcClient) invoke(string) {
	call := &rpcCall{make(chan *rpcCall, 1)}
	c.mu.Lock()
	c.pending[len(c.pending)] = call
	c.mu.Unlock()
	<-call.done
}

type eventBus struct {
	mu   sync.RWMutex
	subs []chan int
}

var theBus = sync.OnceValue(func() *eventBus {
	b := &eventBus{}
	for i := 0; i < 3; i++ {
		sub := make(chan int, 4)
		b.subs = append(b.subs, sub)
		go func() {
			for event := range sub {
				if i == 1 && event > 2 {
					return
				}
			}
		}()
	}
	return b
})

var events struct {
	sync.Mutex
	n int
}

// emit sends to everyone under the read lock; now and then, another goroutine wants to write.
func emit() {
	events.Lock()
	events.n++
	n := events.n
	events.Unlock()
	b := theBus()
	if n%5 == 0 {
		b.mu.Lock()
		defer b.mu.Unlock()
		return
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, sub := range b.subs {
		sub <- n
	}
}

type ticketer struct {
	mu      sync.Mutex
	current int
	next    *sync.Cond
}

// watchUntilStopped has a goroutine for each event, which waits for its turn to be delivered; nobody takes more than the first one.
func watchUntilStopped() {
	t := &ticketer{}
	t.next = sync.NewCond(&t.mu)
	out := make(chan int)
	for turn := 0; turn < 4; turn++ {
		go t.inTurn(turn, func() { out <- turn })
	}
	<-out
}

func (t *ticketer) inTurn(turn int, f func()) {
	t.mu.Lock()
	for t.current != turn {
		t.next.Wait()
	}
	t.mu.Unlock()
	f()
	t.mu.Lock()
	t.current++
	t.mu.Unlock()
	t.next.Broadcast()
}
