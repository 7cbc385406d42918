package main

import (
	"sync"
	"time"
)

type cache struct {
	mu   sync.Mutex
	name string
	next *index
}

type index struct {
	name string
	mu   sync.RWMutex
	jobs sync.WaitGroup
	out  chan int
	rows map[int]int
}

//go:noinline
func (c *cache) get() { c.mu.Lock(); defer c.mu.Unlock() }

//go:noinline
func (c *cache) load() {
	c.mu.Lock()
	c.next.put(1)
	c.name = "loaded"
	c.mu.Unlock()
}

//go:noinline
func (x *index) put(i int) { x.mu.Lock(); x.rows[i] = i; x.mu.Unlock() }

//go:noinline
func (x *index) flush() {
	x.mu.Lock()
	x.out <- len(x.rows)
	x.name = "flushed"
	x.mu.Unlock()
}

// 60 wait for a lock, whose holder waits for another, whose holder waits to send.
func chain() {
	c := &cache{next: &index{out: make(chan int), rows: map[int]int{}}}
	go c.next.flush()
	time.Sleep(10 * time.Millisecond)
	go c.load()
	time.Sleep(10 * time.Millisecond)
	times(60, c.get)
}

//go:noinline
func (x *index) save(c *cache) {
	x.mu.Lock()
	time.Sleep(50 * time.Millisecond)
	c.get()
	x.name = "saved"
	x.mu.Unlock()
}

//go:noinline
func (c *cache) store() {
	c.mu.Lock()
	time.Sleep(50 * time.Millisecond)
	c.next.put(1)
	c.name = "stored"
	c.mu.Unlock()
}

func ring() {
	c := &cache{next: &index{rows: map[int]int{}}}
	go c.next.save(c)
	go c.store()
}

//go:noinline
func (x *index) rebuild() {
	x.mu.Lock()
	for i := range 3 {
		x.jobs.Add(1)
		go x.build(i)
	}
	x.jobs.Wait()
	x.name = "rebuilt"
	x.mu.Unlock()
}

//go:noinline
func (x *index) build(i int) { x.put(i); x.jobs.Done() }

func waitGroup() { (&index{rows: map[int]int{}}).rebuild() }

//go:noinline
func (x *index) follow(i int) {
	x.mu.Lock()
	for x.rows[i] != 0 {
		i = x.rows[i]
	}
	x.mu.Unlock()
}

func loop() {
	x := &index{rows: map[int]int{1: 2, 2: 1}}
	times(7, func() { x.follow(1) })
}

// 60 of one function and 60 of another send on one channel.
func senders() {
	x := &index{out: make(chan int)}
	times(60, func() { x.out <- 1 })
	times(60, func() { x.flushed() })
	for {
		time.Sleep(time.Minute)
		<-x.out
	}
}

//go:noinline
func (x *index) flushed() { x.out <- 2 }

// contention is healthy: each has its turn.
func contention() {
	x := &index{rows: map[int]int{}}
	times(16, func() {
		for {
			x.sum()
			time.Sleep(4 * time.Millisecond)
		}
	})
}

//go:noinline
func (x *index) sum() {
	x.mu.Lock()
	for i := range 10_000 {
		x.rows[i%64] += i
	}
	x.mu.Unlock()
}
