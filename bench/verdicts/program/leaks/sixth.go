package leaks

import (
	"crypto/tls"
	"errors"
	"io"
	"iter"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Sixth has leaks of kinds that no earlier set has, written before the rules that knew Fifth were revised.
var Sixth = map[string]func(url string){
	"pull-not-stopped":         func(string) { firstPage() },
	"signals-per-job":          func(string) { runOnce() },
	"generation-not-closed":    func(string) { waitForConfig() },
	"waiter-overwritten":       func(string) { awaitOrder(time.Now().UnixNano() % 7) },
	"batch-reply-lost":         func(string) { insertRow() },
	"close-from-within":        func(string) { startFeed() },
	"listener-per-callback":    func(string) { authorize() },
	"handshake-stalls":         func(string) { plainToSecure() },
	"applied-in-turn":          func(string) { newRoutes() },
	"futures-chained":          func(string) { placeOrder() },
	"more-than-there-are":      func(string) { reserve() },
	"worker-requeues":          func(string) { enqueue() },
	"tee-not-read":             func(string) { checksum() },
	"hijacked-not-closed":      func(string) { listen() },
	"subscriber-of-a-dead-bus": func(string) { subscribePrices() },
}

// firstPage pulls pages from an iterator, and forgets to stop it.
func firstPage() int {
	next, stop := iter.Pull(pages())
	_ = stop
	first, _ := next()
	return first
}

func pages() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < 100; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

// runOnce waits for signals during a job, and for the end of the job, which is never announced.
func runOnce() {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGUSR1)
	go func() {
		select {
		case <-signals:
		case <-done:
		}
		signal.Stop(signals)
	}()
	time.Sleep(time.Millisecond)
}

type settings struct {
	mu      sync.Mutex
	changed chan struct{}
}

var current = settings{changed: make(chan struct{})}

// waitForConfig waits for the next generation; the writer replaces the channel, and does not close the old one.
func waitForConfig() {
	current.mu.Lock()
	changed := current.changed
	current.changed = make(chan struct{})
	current.mu.Unlock()
	<-changed
}

type order struct{ paid chan string }

var waiters = struct {
	sync.Mutex
	byID map[int64]*order
}{byID: map[int64]*order{}}

// awaitOrder is answered through a table that has room for only one waiter per order.
func awaitOrder(id int64) string {
	o := &order{make(chan string)}
	waiters.Lock()
	waiters.byID[id] = o
	waiters.Unlock()
	declined := make(chan error)
	select {
	case text := <-o.paid:
		return text
	case err := <-declined:
		return err.Error()
	}
}

type row struct{ saved chan error }

var rows = make(chan *row, 256)

var inserting = sync.OnceFunc(func() {
	go func() {
		batch := []*row{}
		for each := range rows {
			if batch = append(batch, each); len(batch) < 4 {
				continue
			}
			// The third one of a batch is a duplicate: those after it are dropped with the transaction.
			for _, each := range batch[:2] {
				each.saved <- nil
			}
			batch = batch[:0]
		}
	}()
})

func insertRow() {
	inserting()
	r := &row{make(chan error)}
	rows <- r
	<-r.saved
}

type feed struct {
	wg   sync.WaitGroup
	stop chan struct{}
}

// startFeed closes itself at an error, and waits for all of its goroutines, itself included.
func startFeed() {
	f := &feed{stop: make(chan struct{})}
	f.wg.Add(2)
	go f.read()
	go f.ping()
}

func (f *feed) read() {
	defer f.wg.Done()
	time.Sleep(time.Millisecond)
	if err := errors.New("reset by peer"); err != nil {
		f.close()
	}
}

func (f *feed) ping() {
	defer f.wg.Done()
	<-f.stop
}

func (f *feed) close() {
	close(f.stop)
	f.wg.Wait()
}

// authorize listens for the browser to return, and gives up when it takes too long.
func authorize() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	code := make(chan string, 1)
	go serveCallback(listener, code)
	select {
	case <-code:
	case <-time.After(time.Millisecond):
	}
}

func serveCallback(listener net.Listener, code chan string) {
	http.Serve(listener, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { code <- r.URL.RawQuery }))
}

var secure = sync.OnceValue(func() net.Listener {
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
			go shakeHands(conn)
		}
	}()
	return listener
})

func shakeHands(conn net.Conn) {
	defer conn.Close()
	server := tls.Server(conn, &tls.Config{})
	if server.Handshake() == nil {
		io.Copy(io.Discard, server)
	}
}

var silent = make(chan net.Conn, 1<<20)

// plainToSecure is a load balancer's probe: it connects, says nothing, and stays.
func plainToSecure() {
	conn, err := net.Dial("tcp", secure().Addr().String())
	if err == nil {
		silent <- conn
	}
}

type router struct {
	mu      sync.Mutex
	applied *sync.Cond
	version int
}

var (
	updates  = make(chan int, 64)
	updating = sync.OnceFunc(func() {
		r := &router{}
		r.applied = sync.NewCond(&r.mu)
		go func() {
			version := 1
			for range updates {
				// Versions count from one, so this waits for a version zero that nobody applies.
				go r.apply(version)
				version++
			}
		}()
	})
)

func (r *router) apply(version int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.version != version {
		r.applied.Wait()
	}
	r.version++
	r.applied.Broadcast()
}

func newRoutes() {
	updating()
	updates <- 1
}

type future struct {
	done  chan struct{}
	value int
}

func (f *future) then(next func(int) int) *future {
	after := &future{done: make(chan struct{})}
	go func() {
		<-f.done
		after.value = next(f.value)
		close(after.done)
	}()
	return after
}

// placeOrder chains what is to happen after a payment; a failed payment resolves nothing.
func placeOrder() {
	payment := &future{done: make(chan struct{})}
	go func() {
		if errors.New("declined") != nil {
			return
		}
		close(payment.done)
	}()
	payment.then(func(n int) int { return n + 1 }).then(func(n int) int { return n * 2 })
}

// reserve takes more slots than there are, because tests seldom have big requests.
func reserve() {
	slots := make(chan struct{}, 4)
	for i := 0; i < 6; i++ {
		slots <- struct{}{}
	}
	for i := 0; i < 6; i++ {
		<-slots
	}
}

var (
	tasks    = make(chan func(), 4)
	overseen = sync.OnceFunc(func() {
		go func() {
			for task := range tasks {
				go runTask(task)
			}
		}()
	})
	parked = make(chan func(), 2)
)

// runTask puts a failed task into a queue that nobody empties.
func runTask(task func()) {
	defer func() {
		if recover() != nil {
			parked <- task
		}
	}()
	task()
}

func enqueue() {
	overseen()
	tasks <- func() { panic("no such user") }
}

// checksum copies to two readers at once, one of which stops after the first bytes.
func checksum() {
	in := strings.NewReader(strings.Repeat("x", 4096))
	first, toFirst := io.Pipe()
	second, toSecond := io.Pipe()
	go func() {
		defer toFirst.Close()
		defer toSecond.Close()
		io.Copy(io.MultiWriter(toFirst, toSecond), in)
	}()
	go sniff(second)
	io.Copy(io.Discard, first)
}

func sniff(r io.Reader) {
	head := make([]byte, 512)
	io.ReadFull(r, head)
}

var sockets = sync.OnceValue(func() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, http.HandlerFunc(upgrade))
	return listener.Addr().String()
})

// upgrade hijacks the connection, and leaves it to two goroutines, which watch for the end of each other, not of the client.
func upgrade(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	out := make(chan string, 1)
	go func() {
		defer close(out)
		io.Copy(io.Discard, conn)
	}()
	go func() {
		for text := range out {
			io.WriteString(conn, text)
		}
	}()
}

// listen is the client side: its reader blocks when nobody takes more messages.
func listen() {
	conn, err := net.Dial("tcp", sockets())
	if err != nil {
		return
	}
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
	messages := make(chan string, 1)
	go readMessages(conn, messages)
}

func readMessages(conn net.Conn, messages chan string) {
	buf := make([]byte, 512)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		messages <- string(buf[:n])
	}
}

type priceBus struct {
	mu   sync.Mutex
	subs map[chan float64]bool
}

var thePrices = priceBus{subs: map[chan float64]bool{}}

// subscribePrices ranges over a channel of a bus that has shut down, and that closed only the channels it had at the time.
func subscribePrices() {
	prices := make(chan float64, 8)
	thePrices.mu.Lock()
	thePrices.subs[prices] = true
	thePrices.mu.Unlock()
	go func() {
		for range prices {
		}
	}()
}
