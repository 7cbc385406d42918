package leaks

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// Fifth has leaks from issues of libraries and post-mortems, written before the rules that knew Fourth were revised.
var Fifth = map[string]func(url string){
	"stop-sent-once":        func(string) { runJob() },
	"abort-never-comes":     func(string) { scan() },
	"informer-per-request":  func(string) { listNamespace() },
	"ticket-not-returned":   func(string) { throughBreaker() },
	"half-open-tunnel":      func(string) { tunnel() },
	"notify-close-unread":   func(string) { reconnect() },
	"token-of-a-client":     func(string) { publishToGone() },
	"watcher-errors-unread": func(string) { watchFolder() },
	"queue-not-shut-down":   func(string) { startController() },
	"slots-nested":          func(string) { walkTree() },
	"ring-of-stages":        func(string) { runRing() },
	"conn-per-call":         func(url string) { invoke(url) },
	"expiry-per-put":        func(string) { putForADay() },
	"contexts-merged":       func(string) { withBoth() },
	"close-signals-one":     func(string) { closeSession() },
	"pending-calls":         func(string) { callOverDead() },
	"bus-holds-lock":        func(string) { emit() },
	"turn-never-comes":      func(string) { watchUntilStopped() },
}

// runJob tells its three workers to stop, but the message reaches only one.
func runJob() {
	stop, work := make(chan struct{}), make(chan int)
	for i := 0; i < 3; i++ {
		go func() {
			for {
				select {
				case <-work:
				case <-stop:
					return
				}
			}
		}()
	}
	for i := 0; i < 5; i++ {
		work <- i
	}
	stop <- struct{}{}
}

type daemon struct{ replies chan string }

// scan waits in a goroutine for its caller to abort it, even after the scan has ended.
func scan() {
	d := &daemon{make(chan string, 1)}
	d.stream(make(chan bool))
	<-d.replies
}

func (d *daemon) stream(abort chan bool) {
	go func() {
		for {
			if <-abort {
				return
			}
		}
	}()
	go func() {
		time.Sleep(time.Millisecond)
		d.replies <- "OK"
	}()
}

type informer struct {
	stop   chan struct{}
	events chan int
	added  chan int
}

// listNamespace starts an informer for the namespace of a request, and never stops it.
func listNamespace() {
	i := &informer{make(chan struct{}), make(chan int), make(chan int)}
	go i.reflect()
	go i.process()
	go i.pop()
	i.events <- 1
}

func (i *informer) reflect() {
	resync := time.NewTicker(10 * time.Hour)
	defer resync.Stop()
	for {
		select {
		case <-resync.C:
		case event := <-i.events:
			i.added <- event
		case <-i.stop:
			return
		}
	}
}

func (i *informer) process() {
	for {
		select {
		case <-i.added:
		case <-i.stop:
			return
		}
	}
}

func (i *informer) pop() { <-i.stop }

type breaker struct {
	mu       sync.Mutex
	returned *sync.Cond
	checked  bool
}

// throughBreaker returns at its timeout without noting that the ticket was checked; the goroutine that returns the ticket waits for that.
func throughBreaker() {
	b := &breaker{}
	b.returned = sync.NewCond(&b.mu)
	done := make(chan struct{}, 1)
	go func() {
		time.Sleep(2 * time.Millisecond)
		done <- struct{}{}
		b.mu.Lock()
		for !b.checked {
			b.returned.Wait()
		}
		b.mu.Unlock()
	}()
	select {
	case <-done:
		b.mu.Lock()
		b.checked = true
		b.mu.Unlock()
		b.returned.Signal()
	case <-time.After(time.Millisecond):
	}
}

var upstream = sync.OnceValue(func() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			held <- conn
		}
	}()
	return listener
})

// held keeps the server ends of connections, which nobody reads.
var held = make(chan net.Conn, 1<<20)

// tunnel copies both ways; when the client has gone, the way back stays open as long as the upstream sends nothing.
func tunnel() {
	here, client := net.Pipe()
	there, err := net.Dial("tcp", upstream().Addr().String())
	if err != nil {
		return
	}
	go copyTo(there, here)
	go copyTo(here, there)
	io.WriteString(client, "GET")
	client.Close()
}

func copyTo(to io.Writer, from io.Reader) { io.Copy(to, from) }

type broker struct {
	mu     sync.Mutex
	closes []chan error
}

// reconnect asks to be notified of the end, and returns at another error before it reads the notification.
func reconnect() {
	b := &broker{}
	b.mu.Lock()
	b.closes = append(b.closes, make(chan error))
	b.mu.Unlock()
	go b.shutdown(io.EOF)
	b.mu.Lock()
	b.mu.Unlock()
}

func (b *broker) shutdown(err error) {
	time.Sleep(time.Millisecond)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, each := range b.closes {
		each <- err
	}
}

type token struct{ complete chan struct{} }

func (t *token) wait() { <-t.complete }

type deviceClient struct {
	mu     sync.Mutex
	tokens []*token
}

var device deviceClient

// publishToGone waits for a token that only the client's own loop could complete, which has ended.
func publishToGone() {
	t := &token{make(chan struct{})}
	device.mu.Lock()
	device.tokens = append(device.tokens, t)
	device.mu.Unlock()
	t.wait()
}

type folderWatcher struct {
	events chan string
	errors chan error
	done   chan struct{}
}

// watchFolder reads only events: at the first error the watcher is blocked, whether or not it is closed.
func watchFolder() {
	w := &folderWatcher{make(chan string), make(chan error), make(chan struct{})}
	go w.read()
	for i := 0; i < 3; i++ {
		<-w.events
	}
	close(w.done)
}

func (w *folderWatcher) read() {
	for i := 0; ; i++ {
		if i == 3 {
			w.errors <- io.ErrShortBuffer
		}
		select {
		case w.events <- "write":
		case <-w.done:
			return
		}
	}
}

type workQueue struct {
	mu     sync.Mutex
	more   *sync.Cond
	items  []int
	closed bool
}

// startController runs its workers until the context is done, which they do not notice while they wait for an item.
func startController() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	q := &workQueue{}
	q.more = sync.NewCond(&q.mu)
	for i := 0; i < 2; i++ {
		go q.work(ctx)
	}
	q.mu.Lock()
	q.items = append(q.items, 1)
	q.mu.Unlock()
	q.more.Signal()
	time.Sleep(2 * time.Millisecond)
}

func (q *workQueue) work(ctx context.Context) {
	for ctx.Err() == nil {
		if _, ok := q.get(); !ok {
			return
		}
	}
}

func (q *workQueue) get() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.more.Wait()
	}
	if len(q.items) == 0 {
		return 0, false
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item, true
}
