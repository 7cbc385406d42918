package leaks

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"time"
)

// Fourth has leaks from public post-mortems, written when the rules knew their mistakes on Third.
var Fourth = map[string]func(url string){
	"stream-not-drained":   func(string) { firstOfStream() },
	"keepalives-unread":    func(string) { keepLease() },
	"flight-that-hangs":    func(string) { prices.load("gold") },
	"transaction-kept":     func(string) { bookSeat() },
	"call-without-timeout": func(url string) { callBackend(url) },
	"hub-has-stopped":      func(string) { leaveHub() },
	"command-with-stdin":   func(string) { runCommand() },
	"foreign-context":      func(string) { inForeignContext() },
	"partition-undrained":  func(string) { rebalance() },
	"cron-job-hangs":       func(string) { trigger() },
	"log-to-dead-pipe":     func(string) { logSomething() },
	"handler-stays":        func(string) { hangUp() },
	"subscription-kept":    func(string) { (&topic{}).subscribe() },
	"client-per-request":   func(string) { newProducer() },
	"watcher-per-reload":   func(string) { reload() },
}

type clientStream struct {
	ctx      context.Context
	messages chan int
}

var transportCtx = context.Background()

// open does what a client of streams does: one goroutine waits for the end of the stream or of the connection, one receives.
func open(ctx context.Context) *clientStream {
	s := &clientStream{ctx, make(chan int)}
	connection, _ := context.WithCancel(transportCtx)
	go func() {
		select {
		case <-connection.Done():
		case <-ctx.Done():
		}
	}()
	go s.receive()
	return s
}

func (s *clientStream) receive() {
	for i := 0; i < 10; i++ {
		select {
		case s.messages <- i:
		case <-s.ctx.Done():
			return
		}
	}
}

// firstOfStream reads one message, and neither drains nor cancels the stream.
func firstOfStream() int {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	return <-open(ctx).messages
}

// keepLease reads only the first answer; the buffer is full after a few more.
func keepLease() {
	answers := make(chan int, 4)
	go func() {
		for i := 0; ; i++ {
			answers <- i
			time.Sleep(Step / 50)
		}
	}()
	<-answers
}

type flight struct{ done sync.WaitGroup }

type flightGroup struct {
	mu    sync.Mutex
	calls map[string]*flight
}

var prices flightGroup

// load lets all callers wait for the first call, which waits for a backend that never answers.
func (g *flightGroup) load(key string) {
	g.mu.Lock()
	if call := g.calls[key]; call != nil {
		g.mu.Unlock()
		call.done.Wait()
		return
	}
	call := &flight{}
	call.done.Add(1)
	g.calls = map[string]*flight{key: call}
	g.mu.Unlock()
	<-make(chan int)
	call.done.Done()
}

type tinyDB struct{}

func (tinyDB) Connect(context.Context) (driver.Conn, error) { return tinyDB{}, nil }
func (tinyDB) Driver() driver.Driver                        { return nil }
func (tinyDB) Prepare(string) (driver.Stmt, error)          { return nil, errors.ErrUnsupported }
func (tinyDB) Begin() (driver.Tx, error)                    { return tinyDB{}, nil }
func (tinyDB) Close() error                                 { return nil }
func (tinyDB) Commit() error                                { return nil }
func (tinyDB) Rollback() error                              { return nil }

var bookings = sync.OnceValue(func() *sql.DB {
	db := sql.OpenDB(tinyDB{})
	db.SetMaxOpenConns(5)
	return db
})

// bookSeat returns at an error between Begin and Commit.
func bookSeat() error {
	tx, err := bookings().Begin()
	if err != nil {
		return err
	}
	if time.Now().UnixNano()%2 == 0 {
		return errors.New("sold out")
	}
	return tx.Commit()
}

// callBackend calls a service that never answers, without a timeout.
func callBackend(url string) {
	response, err := http.Get(url + "/never")
	if err == nil {
		response.Body.Close()
	}
}

var unregister = make(chan int)

// leaveHub is a connection of a hub that has returned at an error.
func leaveHub() {
	here, there := net.Pipe()
	go func() {
		defer func() { unregister <- 1 }()
		io.Copy(io.Discard, here)
	}()
	there.Close()
}

// runCommand waits for the command, which has ended, and for its input, which has not.
func runCommand() {
	input, _ := io.Pipe()
	command := exec.Command("true")
	command.Stdin = input
	command.Run()
}

// foreign is a context that the context package does not know.
type foreign struct {
	context.Context
	done chan struct{}
}

func (f foreign) Done() <-chan struct{} { return f.done }

func inForeignContext() {
	ctx, cancel := context.WithCancel(foreign{context.Background(), make(chan struct{})})
	_ = cancel
	_ = ctx
}

// rebalance ends a session whose partitions nobody drains.
func rebalance() {
	var acks sync.WaitGroup
	feed := make(chan int, 1)
	messages, errs := make(chan int), make(chan error, 1)
	acks.Add(1)
	go func() {
		defer acks.Done()
		for n := range feed {
			messages <- n
		}
	}()
	go func() {
		for i := 0; i < 3; i++ {
			feed <- i
		}
		acks.Wait()
		close(errs)
	}()
	<-messages
}

var (
	ticks      = make(chan int, 100)
	scheduling = sync.OnceFunc(func() {
		go func() {
			for n := range ticks {
				go job(n)
			}
		}()
	})
)

// job is a scheduled job that waits for a lock; the node that holds it is gone.
func job(n int) {
	locked, lost := make(chan int), make(chan error)
	select {
	case <-locked:
	case <-lost:
	}
}

func trigger() {
	scheduling()
	ticks <- 1
}
