package hangs

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

type job struct {
	id    int
	reply chan int
}

type pool struct {
	jobs    chan job
	results chan int
}

func newPool(workers int) *pool {
	p := &pool{make(chan job), make(chan int)}
	for i := 0; i < workers; i++ {
		go p.work()
	}
	return p
}

func (p *pool) work() {
	for each := range p.jobs {
		p.results <- each.id
	}
}

func resultsNotRead(_ string, callers int) {
	p := newPool(8)
	each(callers, func(i int) { p.jobs <- job{id: i} })
}

type actor struct {
	inbox chan int
	peer  *actor
}

func (a *actor) run() {
	for message := range a.inbox {
		a.peer.inbox <- message + 1
	}
}

func actorsSend(_ string, callers int) {
	a, b := &actor{inbox: make(chan int)}, &actor{inbox: make(chan int)}
	a.peer, b.peer = b, a
	go a.run()
	go b.run()
	each(callers, func(i int) {
		if i%2 == 0 {
			a.inbox <- i
		} else {
			b.inbox <- i
		}
	})
}

func gather(parts int) int {
	results := make(chan int)
	var wg sync.WaitGroup
	for i := 0; i < parts; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); results <- i }()
	}
	wg.Wait()
	close(results)
	sum := 0
	for each := range results {
		sum += each
	}
	return sum
}

func waitBeforeRead(_ string, callers int) {
	each(callers/4+1, func(int) { gather(3) })
}

func render(pages int) {
	var wg sync.WaitGroup
	for i := 0; i <= pages; i++ {
		wg.Add(1)
		if i == pages {
			continue
		}
		go func() { defer wg.Done(); time.Sleep(time.Millisecond) }()
	}
	wg.Wait()
}

func waitGroupOfJob(_ string, callers int) {
	each(callers, func(int) { render(3) })
}

type mailbox struct {
	mu    sync.Mutex
	cond  *sync.Cond
	mails int
}

func (m *mailbox) take() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.mails == 0 {
		m.cond.Wait()
	}
	m.mails--
}

func signalLost(_ string, callers int) {
	m := &mailbox{}
	m.cond = sync.NewCond(&m.mu)
	each(callers, func(int) { m.take() })
}

type feed struct{ updates chan int }

func (f *feed) follow() int { return <-f.updates }

func nilUpdates(_ string, callers int) {
	f := &feed{}
	each(callers, func(int) { f.follow() })
}

type limiter struct{ slots chan struct{} }

func (l *limiter) do(f func() error) error {
	l.slots <- struct{}{}
	if err := f(); err != nil {
		return err
	}
	<-l.slots
	return nil
}

func slotsNotGiven(_ string, callers int) {
	l := &limiter{make(chan struct{}, 4)}
	each(callers, func(int) { l.do(func() error { return errors.New("refused") }) })
}

type fakeDriver struct{}
type fakeConn struct{}
type fakeStmt struct{}
type fakeRows struct{}
type fakeTx struct{}

func (fakeDriver) Open(string) (driver.Conn, error)             { return fakeConn{}, nil }
func (fakeConn) Prepare(string) (driver.Stmt, error)            { return fakeStmt{}, nil }
func (fakeConn) Close() error                                   { return nil }
func (fakeConn) Begin() (driver.Tx, error)                      { return fakeTx{}, nil }
func (fakeStmt) Close() error                                   { return nil }
func (fakeStmt) NumInput() int                                  { return 0 }
func (fakeStmt) Exec([]driver.Value) (driver.Result, error)     { return nil, nil }
func (fakeStmt) Query(args []driver.Value) (driver.Rows, error) { return fakeRows{}, nil }
func (fakeRows) Columns() []string                              { return []string{"id"} }
func (fakeRows) Close() error                                   { return nil }
func (fakeRows) Next([]driver.Value) error                      { return nil }
func (fakeTx) Commit() error                                    { return nil }
func (fakeTx) Rollback() error                                  { return nil }

func init() { sql.Register("fake", fakeDriver{}) }

type users struct{ db *sql.DB }

func (u *users) exists(ctx context.Context) bool {
	rows, err := u.db.QueryContext(ctx, "select id from users")
	return err == nil && rows.Next()
}

func rowsNotClosed(_ string, callers int) {
	db, _ := sql.Open("fake", "")
	db.SetMaxOpenConns(5)
	u := &users{db}
	each(callers, func(int) {
		ctx, cancel := context.WithCancel(context.Background())
		u.exists(ctx)
		_ = cancel
	})
}

func (u *users) rename(ctx context.Context) error {
	tx, err := u.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Commit()
	// Bypasses the transaction, which holds the last connection.
	row := u.db.QueryRowContext(ctx, "select id from users")
	return row.Err()
}

func transactionOpen(_ string, callers int) {
	db, _ := sql.Open("fake", "")
	db.SetMaxOpenConns(5)
	u := &users{db}
	each(callers, func(int) { u.rename(context.Background()) })
}

func connectionsTaken(url string, callers int) {
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 4}}
	each(callers, func(int) {
		response, err := client.Get(url)
		if err == nil {
			_ = response.StatusCode
		}
	})
}

type prices struct{ url string }

func (p *prices) get() {
	response, err := http.Get(p.url + "/never")
	if err == nil {
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

func backendHangs(url string, callers int) {
	p := &prices{url}
	each(callers, func(int) { p.get() })
}

type oracle struct{ questions chan job }

func (o *oracle) answer() {
	for each := range o.questions {
		time.Sleep(10 * time.Millisecond)
		each.reply <- each.id
	}
}

func (o *oracle) ask(id int) {
	reply := make(chan int)
	o.questions <- job{id, reply}
	select {
	case <-reply:
	case <-time.After(5 * time.Millisecond):
	}
}

func replyWithoutAsker(_ string, callers int) {
	o := &oracle{make(chan job)}
	go o.answer()
	each(callers, func(i int) { o.ask(i) })
}

type broker struct {
	mu   sync.RWMutex
	subs []chan int
}

func (b *broker) publish(event int) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, sub := range b.subs {
		sub <- event
	}
}

func (b *broker) subscribe() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs = append(b.subs, make(chan int, 1))
}

func subscriberIsSlow(_ string, callers int) {
	b := &broker{}
	b.subscribe()
	b.publish(1)
	go b.publish(2)
	time.Sleep(time.Millisecond)
	each(callers, func(i int) {
		if i%3 == 0 {
			b.subscribe()
		} else {
			b.publish(i)
		}
	})
}

type tasks struct{ queue chan func() }

func (t *tasks) work() {
	for task := range t.queue {
		task()
	}
}

func (t *tasks) await(f func()) {
	done := make(chan struct{})
	t.queue <- func() { f(); close(done) }
	<-done
}

// A task waits for another task while all workers do the same.
func tasksInTasks(_ string, callers int) {
	t := &tasks{make(chan func())}
	for i := 0; i < 4; i++ {
		go t.work()
	}
	each(callers, func(int) {
		t.await(func() {
			time.Sleep(5 * time.Millisecond)
			t.await(func() {})
		})
	})
}
