package leaks

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Third has leaks that were written when the rules knew their mistakes on Later.
var Third = map[string]func(url string){
	"producer-of-a-stream":  tail,
	"pool-per-request":      func(string) { thumbnails() },
	"worker-that-died":      func(string) { go ask() },
	"flight-that-panicked":  func(string) { (&flights{}).load("price") },
	"lock-taken-twice":      func(string) { go (&cart{}).checkout() },
	"send-to-dead-listener": func(string) { announce() },
	"rows-not-closed":       func(string) { names() },
	"once-that-hangs":       func(string) { (&plugin{}).use() },
	"hello-never-said":      func(string) { greet() },
	"stopped-timer":         func(string) { remind() },
	"both-send-first":       func(string) { swap() },
	"acks-of-a-dispatcher":  func(string) { dispatch() },
	"reads-lock-again":      func(string) { (&ledger{}).sum() },
	"lines-after-an-error":  func(string) { parse() },
}

// tail is a client that reads one event and hangs up; the handler ends, but not what it has started.
func tail(string) {
	events := make(chan string)
	handler := func(ctx context.Context, w io.Writer) {
		go follow(events)
		for {
			select {
			case event := <-events:
				fmt.Fprintln(w, event)
			case <-ctx.Done():
				return
			}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
	defer cancel()
	handler(ctx, io.Discard)
}

func follow(events chan<- string) {
	for i := 0; ; i++ {
		events <- fmt.Sprint("event ", i)
		time.Sleep(time.Millisecond)
	}
}

// thumbnails starts its own workers, and does not close their queue.
func thumbnails() {
	queue, made := make(chan int), make(chan int, 8)
	for i := 0; i < 3; i++ {
		go func() {
			for size := range queue {
				made <- size
			}
		}()
	}
	for i := 0; i < 8; i++ {
		queue <- i
	}
	for i := 0; i < 8; i++ {
		<-made
	}
}

type question struct{ answer chan int }

var (
	questions = make(chan question, 10_000)
	answering = sync.OnceFunc(func() {
		go func() {
			defer func() { recover() }()
			for each := range questions {
				if each.answer != nil {
					panic("bad question")
				}
			}
		}()
	})
)

func ask() int {
	answering()
	each := question{make(chan int)}
	questions <- each
	return <-each.answer
}

type flights struct {
	mu    sync.Mutex
	calls map[string]*sync.WaitGroup
}

// load lets later callers wait for the first one, which panics.
func (f *flights) load(key string) {
	for i := 0; i < 3; i++ {
		go func() {
			defer func() { recover() }()
			f.one(key)
		}()
	}
}

func (f *flights) one(key string) {
	f.mu.Lock()
	if call := f.calls[key]; call != nil {
		f.mu.Unlock()
		call.Wait()
		return
	}
	call := &sync.WaitGroup{}
	call.Add(1)
	f.calls = map[string]*sync.WaitGroup{key: call}
	f.mu.Unlock()
	time.Sleep(time.Millisecond)
	panic(errors.New("no price"))
}

type cart struct {
	mu    sync.Mutex
	items []int
}

func (c *cart) checkout() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total()
}

func (c *cart) total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.items)
}

var (
	announcements = make(chan int, 100)
	announcing    = sync.OnceFunc(func() { go hub() })
)

// hub passes each announcement to a listener that is gone.
func hub() {
	listener := make(chan int)
	for n := range announcements {
		go func() { listener <- n }()
	}
}

func announce() {
	announcing()
	announcements <- 1
}

type memory struct{}

func (memory) Open(string) (driver.Conn, error)             { return memory{}, nil }
func (memory) Connect(context.Context) (driver.Conn, error) { return memory{}, nil }
func (memory) Driver() driver.Driver                        { return memory{} }
func (memory) Prepare(string) (driver.Stmt, error)          { return nil, errors.ErrUnsupported }
func (memory) Begin() (driver.Tx, error)                    { return nil, errors.ErrUnsupported }
func (memory) Close() error                                 { return nil }
func (memory) Columns() []string                            { return []string{"name"} }
func (memory) Next(row []driver.Value) error                { row[0] = "Ada"; return nil }
func (memory) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return memory{}, nil
}

var database = sql.OpenDB(memory{})

// names returns at the first row, and does not close the rows.
func names() (name string) {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	rows, err := database.QueryContext(ctx, "select name from users")
	if err == nil && rows.Next() {
		err = rows.Scan(&name)
	}
	return name
}

type plugin struct {
	once  sync.Once
	ready chan struct{}
}

func (p *plugin) use() {
	p.ready = make(chan struct{})
	for i := 0; i < 2; i++ {
		go p.once.Do(p.start)
	}
}

func (p *plugin) start() { <-p.ready }

// greet is a connection whose client never says who it is.
func greet() {
	hello, closed := make(chan string), make(chan error)
	go func() {
		select {
		case name := <-hello:
			_ = name
		case err := <-closed:
			_ = err
		}
	}()
}

func remind() {
	timer := time.NewTimer(time.Minute)
	go func() { <-timer.C }()
	timer.Stop()
}

func swap() {
	a, b := make(chan int), make(chan int)
	go func() { a <- 1; <-b }()
	go func() { b <- 1; <-a }()
}

var (
	orders      = make(chan int, 100)
	dispatching = sync.OnceFunc(func() { go dispatcher() })
)

// dispatcher starts one goroutine for each order; the acknowledgement goes to a different channel.
func dispatcher() {
	for range orders {
		ack := make(chan bool)
		go func() { <-ack }()
	}
}

func dispatch() {
	dispatching()
	orders <- 1
}

type ledger struct {
	mu sync.RWMutex
	n  int
}

func (l *ledger) sum() {
	go func() {
		l.mu.RLock()
		defer l.mu.RUnlock()
		time.Sleep(3 * time.Millisecond)
		l.count()
	}()
	time.Sleep(time.Millisecond)
	go l.write()
}

func (l *ledger) count() int { l.mu.RLock(); defer l.mu.RUnlock(); return l.n }

func (l *ledger) write() { l.mu.Lock(); l.n++; l.mu.Unlock() }

var parsed atomic.Int64

// parse stops at the first invalid line; two more stages wait.
func parse() error {
	lines, rows := make(chan string), make(chan int)
	go func() {
		defer close(lines)
		for _, line := range []string{"a", "bb", "", "ccc", "dddd", "e"} {
			lines <- line
		}
	}()
	go func() {
		defer close(rows)
		for line := range lines {
			rows <- len(line)
		}
	}()
	for row := range rows {
		if row == 0 {
			return http.ErrBodyNotAllowed
		}
		parsed.Add(1)
	}
	return nil
}
