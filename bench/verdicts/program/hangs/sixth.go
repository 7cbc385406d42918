package hangs

import (
	"context"
	"database/sql"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"
)

// Sixth has hangs of kinds that All does not have, written before the rules that knew those were revised.
var Sixth = map[string]func(url string, callers int){
	"shutdown-waits":        shutdownWaits,
	"gate-without-key":      gateWithoutKey,
	"results-without-end":   resultsWithoutEnd,
	"slots-within-slots":    slotsWithinSlots,
	"philosophers":          philosophers,
	"buffers-not-returned":  buffersNotReturned,
	"peer-never-answers":    peerNeverAnswers,
	"query-within-rows":     queryWithinRows,
	"group-within-group":    groupWithinGroup,
	"flight-never-lands":    flightNeverLands,
	"timer-was-stopped":     timerWasStopped,
	"context-without-end":   contextWithoutEnd,
	"reader-stays":          readerStays,
	"wait-under-two-locks":  waitUnderTwoLocks,
	"both-write-first":      bothWriteFirst,
	"barrier-is-one-short":  barrierIsOneShort,
	"confirmation-is-lost":  confirmationIsLost,
	"select-on-closed-shop": selectOnClosedShop,
}

// Sets has the sets that were written after All.
var Sets = map[string]map[string]func(url string, callers int){"sixth": Sixth}

func init() {
	for _, each := range Sets {
		maps.Copy(All, each)
	}
}

type uploader struct {
	wg   sync.WaitGroup
	acks chan int
}

// One goroutine waits for all others to end, and each of them waits for an acknowledgement that nobody sends any more.
func shutdownWaits(_ string, callers int) {
	u := &uploader{acks: make(chan int)}
	for i := 0; i < callers; i++ {
		u.wg.Add(1)
		go u.upload()
	}
	u.close()
}

func (u *uploader) upload() {
	defer u.wg.Done()
	<-u.acks
}

func (u *uploader) close() { u.wg.Wait() }

type gate struct {
	mu    sync.Mutex
	open  bool
	opens *sync.Cond
}

func (g *gate) pass() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.open {
		g.opens.Wait()
	}
}

// The gate is opened without notifying those who wait.
func gateWithoutKey(_ string, callers int) {
	g := &gate{}
	g.opens = sync.NewCond(&g.mu)
	each(callers, func(int) { g.pass() })
	g.mu.Lock()
	g.open = true
	g.mu.Unlock()
}

// The collector ranges over results until the channel is closed; callers wait for what is collected.
func resultsWithoutEnd(_ string, callers int) {
	results, collected := make(chan int), make(chan struct{})
	go collect(results, collected)
	each(callers, func(i int) {
		results <- i
		<-collected
	})
}

func collect(results chan int, collected chan struct{}) {
	sum := 0
	for each := range results {
		sum += each
	}
	close(collected)
}

type tickets chan struct{}

func (l tickets) take() { l <- struct{}{} }
func (l tickets) give() { <-l }

// A goroutine with a slot needs a second one.
func slotsWithinSlots(_ string, callers int) {
	slots := make(tickets, 4)
	each(callers, func(int) {
		slots.take()
		defer slots.give()
		time.Sleep(20 * time.Millisecond)
		slots.take()
		defer slots.give()
	})
}

type fork struct{ mu sync.Mutex }

// Five philosophers take the fork on their left first; callers come to eat as well.
func philosophers(_ string, callers int) {
	forks := make([]fork, 5)
	for i := range forks {
		go dine(&forks[i], &forks[(i+1)%5])
	}
	time.Sleep(20 * time.Millisecond)
	each(callers, func(i int) { dine(&forks[i%5], &forks[(i+1)%5]) })
}

func dine(left, right *fork) {
	left.mu.Lock()
	defer left.mu.Unlock()
	time.Sleep(5 * time.Millisecond)
	right.mu.Lock()
	defer right.mu.Unlock()
}

type buffers struct{ free chan []byte }

func (b *buffers) get() []byte { return <-b.free }

// A buffer is lost at each error.
func buffersNotReturned(_ string, callers int) {
	b := &buffers{make(chan []byte, 4)}
	for i := 0; i < 4; i++ {
		b.free <- make([]byte, 64)
	}
	each(callers, func(i int) {
		buf := b.get()
		if i%2 == 0 {
			b.free <- buf
		}
	})
}

// The peer accepts, and then says nothing; the client has no timeout.
func peerNeverAnswers(_ string, callers int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		held := []net.Conn{}
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			held = append(held, conn)
		}
	}()
	client := &http.Client{Transport: &http.Transport{}}
	each(callers, func(int) { ask(client, "http://"+listener.Addr().String()) })
}

func ask(client *http.Client, url string) {
	response, err := client.Get(url)
	if err == nil {
		response.Body.Close()
	}
}

// Each request has a connection for its rows, and needs another one for the details of a row.
func queryWithinRows(_ string, callers int) {
	db, _ := sql.Open("fake", "")
	db.SetMaxOpenConns(4)
	each(callers, func(int) {
		rows, err := db.QueryContext(context.Background(), "orders")
		if err != nil {
			return
		}
		defer rows.Close()
		time.Sleep(20 * time.Millisecond)
		details, err := db.QueryContext(context.Background(), "lines")
		if err == nil {
			details.Close()
		}
	})
}

type group struct {
	wg    sync.WaitGroup
	slots chan struct{}
}

func (g *group) start(f func()) {
	g.slots <- struct{}{}
	g.wg.Add(1)
	go func() {
		defer func() { <-g.slots; g.wg.Done() }()
		f()
	}()
}

// A member of a group with a limit starts another one while all slots are taken.
func groupWithinGroup(_ string, callers int) {
	g := &group{slots: make(chan struct{}, 4)}
	each(callers, func(int) {
		g.start(func() {
			time.Sleep(20 * time.Millisecond)
			g.start(func() {})
		})
	})
}

type flight struct {
	wg    sync.WaitGroup
	value int
}

type flights struct {
	mu     sync.Mutex
	flying map[string]*flight
}

func (f *flights) do(key string, load func() int) int {
	f.mu.Lock()
	if have := f.flying[key]; have != nil {
		f.mu.Unlock()
		have.wg.Wait()
		return have.value
	}
	own := &flight{}
	own.wg.Add(1)
	f.flying[key] = own
	f.mu.Unlock()
	own.value = load()
	own.wg.Done()
	return own.value
}

func flightNeverLands(_ string, callers int) {
	f := &flights{flying: map[string]*flight{}}
	replies := make(chan int)
	each(callers, func(int) { f.do("prices", func() int { return <-replies }) })
}

// The timer that would wake everyone has been stopped.
func timerWasStopped(_ string, callers int) {
	ready := make(chan struct{})
	timer := time.AfterFunc(time.Hour, func() { close(ready) })
	each(callers, func(int) { awaitReady(ready) })
	timer.Stop()
}

func awaitReady(ready chan struct{}) { <-ready }

// Waits for the end of a context that nobody cancels.
func contextWithoutEnd(_ string, callers int) {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	each(callers, func(int) { untilDone(ctx) })
}

func untilDone(ctx context.Context) { <-ctx.Done() }

type shelf struct {
	mu      sync.RWMutex
	updates chan int
}

func (c *shelf) watch() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	<-c.updates
}

func (c *shelf) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
}

func (c *shelf) read() {
	c.mu.RLock()
	defer c.mu.RUnlock()
}

// A reader keeps the lock until an update comes, a writer waits for it, and so nobody else can read.
func readerStays(_ string, callers int) {
	c := &shelf{updates: make(chan int)}
	go c.watch()
	time.Sleep(5 * time.Millisecond)
	go c.add()
	time.Sleep(5 * time.Millisecond)
	each(callers, func(int) { c.read() })
}

type letters struct {
	outer, inner sync.Mutex
	more         *sync.Cond
	mails        int
}

func (m *letters) take() {
	m.outer.Lock()
	defer m.outer.Unlock()
	m.inner.Lock()
	defer m.inner.Unlock()
	for m.mails == 0 {
		m.more.Wait()
	}
	m.mails--
}

// A waiter releases only the inner lock.
func waitUnderTwoLocks(_ string, callers int) {
	m := &letters{}
	m.more = sync.NewCond(&m.inner)
	each(callers, func(int) { m.take() })
}

// Both ends of a pipe write before they read.
func bothWriteFirst(_ string, callers int) {
	each(callers, func(int) {
		here, there := net.Pipe()
		go hello(here)
		hello(there)
	})
}

func hello(conn net.Conn) {
	io.WriteString(conn, "hello")
	io.ReadAll(conn)
}

type barrier struct {
	mu      sync.Mutex
	missing int
	all     chan struct{}
}

func (b *barrier) arrive() {
	b.mu.Lock()
	b.missing--
	if b.missing == 0 {
		close(b.all)
	}
	b.mu.Unlock()
	<-b.all
}

// One of the goroutines that the barrier waits for never comes.
func barrierIsOneShort(_ string, callers int) {
	b := &barrier{missing: callers + 1, all: make(chan struct{})}
	each(callers, func(int) { b.arrive() })
}

type publisher struct{ confirms chan uint64 }

func (p *publisher) publish() {
	select {
	case <-p.confirms:
	case <-context.Background().Done():
	}
}

// The broker confirmed before anybody listened.
func confirmationIsLost(_ string, callers int) {
	p := &publisher{make(chan uint64)}
	each(callers, func(int) { p.publish() })
}

type shop struct {
	orders, returns chan int
}

func (s *shop) order(i int) {
	select {
	case s.orders <- i:
	case s.returns <- i:
	}
}

// Nobody serves the counter.
func selectOnClosedShop(_ string, callers int) {
	s := &shop{make(chan int), make(chan int)}
	each(callers, func(i int) { s.order(i) })
}
