// Package hangs has services that come to a standstill: each function breaks one, and keeps calling it as clients do.
package hangs

import (
	"errors"
	"io"
	"log"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// All is name → what breaks; url is the service's, callers the number of clients.
var All = map[string]func(url string, callers int){
	"lock-order":          lockOrder,
	"lock-forgotten":      lockForgotten,
	"lock-twice":          lockTwice,
	"lock-over-send":      lockOverSend,
	"lock-over-call":      lockOverCall,
	"lock-over-wait":      lockOverWait,
	"read-lock-twice":     readLockTwice,
	"lock-upgrade":        lockUpgrade,
	"lock-over-log":       lockOverLog,
	"lock-by-hot-loop":    lockByHotLoop,
	"once-in-once":        onceInOnce,
	"registry-of-locks":   registryOfLocks,
	"results-not-read":    resultsNotRead,
	"actors-send":         actorsSend,
	"wait-before-read":    waitBeforeRead,
	"waitgroup-of-job":    waitGroupOfJob,
	"signal-lost":         signalLost,
	"nil-updates":         nilUpdates,
	"slots-not-given":     slotsNotGiven,
	"rows-not-closed":     rowsNotClosed,
	"transaction-open":    transactionOpen,
	"connections-taken":   connectionsTaken,
	"backend-hangs":       backendHangs,
	"reply-without-asker": replyWithoutAsker,
	"subscriber-is-slow":  subscriberIsSlow,
	"tasks-in-tasks":      tasksInTasks,
}

// each calls f from callers goroutines, slightly staggered.
func each(callers int, f func(i int)) {
	for i := 0; i < callers; i++ {
		go f(i)
		time.Sleep(time.Millisecond)
	}
}

type ledger struct {
	mu    sync.Mutex
	total int
	other *ledger
}

func (l *ledger) move(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	time.Sleep(5 * time.Millisecond)
	l.other.add(n)
	l.total -= n
}

func (l *ledger) add(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total += n
}

func lockOrder(_ string, callers int) {
	a, b := &ledger{}, &ledger{}
	a.other, b.other = b, a
	go a.move(1)
	go b.move(1)
	time.Sleep(10 * time.Millisecond)
	each(callers, func(i int) {
		if i%2 == 0 {
			a.add(i)
		} else {
			b.add(i)
		}
	})
}

type catalog struct {
	mu    sync.Mutex
	items map[int]string
}

func (c *catalog) find(id int) (string, error) {
	c.mu.Lock()
	name, ok := c.items[id]
	if !ok {
		return "", errors.New("no such item")
	}
	c.mu.Unlock()
	return name, nil
}

func lockForgotten(_ string, callers int) {
	c := &catalog{}
	each(callers, func(i int) { c.find(i) })
}

func (c *catalog) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.items)
}

func (c *catalog) put(id int, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size() < 1000 {
		c.items[id] = name
	}
}

func lockTwice(_ string, callers int) {
	c := &catalog{items: map[int]string{}}
	each(callers, func(i int) { c.put(i, "tea") })
}

type hub struct {
	mu     sync.Mutex
	events chan int
	users  int
}

func (h *hub) publish(event int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events <- event
}

func (h *hub) join() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users++
}

func lockOverSend(_ string, callers int) {
	h := &hub{events: make(chan int)}
	go h.publish(1)
	time.Sleep(time.Millisecond)
	each(callers, func(int) { h.join() })
}

type rates struct {
	mu    sync.Mutex
	url   string
	value int
}

func (r *rates) refresh() {
	r.mu.Lock()
	defer r.mu.Unlock()
	response, err := http.Get(r.url)
	if err == nil {
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

func (r *rates) current() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.value
}

func lockOverCall(url string, callers int) {
	r := &rates{url: url + "/never"}
	go r.refresh()
	time.Sleep(5 * time.Millisecond)
	each(callers, func(int) { r.current() })
}

type batch struct {
	mu   sync.Mutex
	jobs []int
}

func (b *batch) run() {
	b.mu.Lock()
	defer b.mu.Unlock()
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); b.finish(i) }()
	}
	wg.Wait()
}

func (b *batch) finish(i int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.jobs = append(b.jobs, i)
}

func lockOverWait(_ string, callers int) {
	b := &batch{}
	each(callers/4+1, func(int) { b.run() })
}

type config struct {
	mu     sync.RWMutex
	values map[string]string
}

func (c *config) get(key string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	time.Sleep(10 * time.Millisecond)
	return c.lookup(key)
}

func (c *config) lookup(key string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.values[key]
}

func (c *config) set(key, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values[key] = value
}

func readLockTwice(_ string, callers int) {
	c := &config{values: map[string]string{}}
	go c.get("a")
	time.Sleep(3 * time.Millisecond)
	go c.set("a", "b")
	time.Sleep(3 * time.Millisecond)
	each(callers, func(int) { c.get("c") })
}

func (c *config) ensure(key string) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.values[key] == "" {
		c.set(key, "default")
	}
}

func lockUpgrade(_ string, callers int) {
	c := &config{values: map[string]string{}}
	each(callers, func(int) { c.ensure("a") })
}

type stuckWriter struct{ pipe *io.PipeWriter }

func (w stuckWriter) Write(p []byte) (int, error) { return w.pipe.Write(p) }

func lockOverLog(_ string, callers int) {
	_, pipe := io.Pipe()
	logger := log.New(stuckWriter{pipe}, "", 0)
	each(callers, func(i int) { logger.Println("request", i) })
}

type index struct {
	mu   sync.Mutex
	next map[int]int
	spin atomic.Int64
}

func (x *index) follow(id int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.next[id] != -1 {
		id = x.next[id]
		x.spin.Add(1)
		time.Sleep(0)
	}
}

func lockByHotLoop(_ string, callers int) {
	x := &index{next: map[int]int{1: 2, 2: 1}}
	each(callers, func(int) { x.follow(1) })
}

var once sync.Once

func load() { once.Do(func() { reload() }) }

func reload() { once.Do(func() {}) }

func onceInOnce(_ string, callers int) {
	each(callers, func(int) { load() })
}

type shard struct{ sync.Mutex }

var shards [4]shard

func withShard(i int, f func()) {
	shards[i].Lock()
	defer shards[i].Unlock()
	f()
}

// The locks have no methods of their own, and are taken in any order.
func registryOfLocks(_ string, callers int) {
	each(callers, func(i int) {
		withShard(i%4, func() {
			time.Sleep(20 * time.Millisecond)
			withShard((i+1)%4, func() {})
		})
	})
}
