package leaks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand"
	"net/http"
	"sync"
	"time"
)

// Step is the time between dumps.
var Step = 300 * time.Millisecond

var began = time.Now()

// Fresh has leaks that the rules were neither tuned on nor reported on before they were written.
var Fresh = map[string]func(url string){
	"stage-abandoned":       func(string) { report() },
	"unsubscribe-forgotten": func(string) { join("orders") },
	"heartbeat-orphan":      func(string) { push() },
	"entity-lock-kept":      func(string) { rename() },
	"panic-before-done":     func(string) { resize() },
	"slot-not-given-back":   func(string) { convert() },
	"rows-not-drained":      func(string) { export() },
	"body-on-error-status":  func(url string) { status(url) },
	"upload-pipe":           func(url string) { upload(url) },
	"conn-not-checked-in":   func(string) { (&connections{free: make(chan int, 2)}).use() },
	"task-dropped":          func(string) { submit() },
	"begins-late":           func(string) { flagged() },
	"night-job":             func(string) { night() },
	"limit-and-send":        func(string) { crawl() },
	"actor-not-stopped":     func(string) { actor() },
	"merge-of-two":          func(string) { merged() },
	"rw-upgrade":            func(string) { (&catalog{}).add() },
	"stop-channel-nil":      func(string) { (&poller{}).start() },
}

// Sets has the sets that were written after All.
var Sets = map[string]map[string]func(url string){"fresh": Fresh, "later": Later, "third": Third, "fourth": Fourth, "fifth": Fifth, "sixth": Sixth}

func init() {
	for _, each := range Sets {
		maps.Copy(All, each)
	}
}

// report takes the first rows of a pipeline of three stages, and returns.
func report() {
	ids, rows, lines := make(chan int), make(chan int), make(chan int)
	go func() {
		defer close(ids)
		for i := 0; i < 50; i++ {
			ids <- i
		}
	}()
	go func() {
		defer close(rows)
		for id := range ids {
			rows <- id * 2
		}
	}()
	go func() {
		defer close(lines)
		for row := range rows {
			lines <- row + 1
		}
	}()
	for line := range lines {
		if line > 3 {
			return
		}
	}
}

type room struct {
	mu      sync.Mutex
	members []chan string
}

var rooms sync.Map

// join is a client that has gone: its channel stays in the room, in which nobody says anything any more.
func join(topic string) {
	each, _ := rooms.LoadOrStore(topic, &room{})
	r := each.(*room)
	messages := make(chan string, 8)
	r.mu.Lock()
	r.members = append(r.members, messages)
	r.mu.Unlock()
	go member(messages)
}

func member(messages <-chan string) {
	for message := range messages {
		_ = message
	}
}

// push is the handler of an event stream whose client hangs up.
func push() {
	events := make(chan string)
	acks := make(chan struct{})
	go func() {
		for event := range events {
			_ = event
			<-acks
		}
	}()
	events <- "hello"
	time.Sleep(time.Millisecond)
}

type entity struct{ mu sync.Mutex }

func (e *entity) rename(name string) error {
	e.mu.Lock()
	if name == "" {
		return errors.New("no name")
	}
	e.mu.Unlock()
	return nil
}

// rename has a bad request first, and others after it.
func rename() {
	e := &entity{}
	e.rename("")
	go e.rename("new")
	go e.rename("newer")
}

func resize() {
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer func() { recover() }()
			time.Sleep(time.Millisecond)
			if i == 2 {
				panic("no such size")
			}
			wg.Done()
		}()
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Millisecond):
	}
}

var slots = make(chan struct{}, 6)

// convert takes one of six slots, and does not return it if it fails.
func convert() error {
	slots <- struct{}{}
	if rand.Intn(3) > 0 {
		return errors.New("bad format")
	}
	time.Sleep(time.Millisecond)
	<-slots
	return nil
}

type cursor struct {
	rows chan int
	err  error
}

func (c *cursor) fetch(ctx context.Context) {
	for i := 0; ; i++ {
		select {
		case c.rows <- i:
		case <-ctx.Done():
			return
		}
	}
}

func export() error {
	c := &cursor{rows: make(chan int, 4)}
	go c.fetch(context.Background())
	for row := range c.rows {
		if row > 6 {
			return errors.New("disk full")
		}
	}
	return c.err
}

var plain = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}

// status reads the body only if all is well.
func status(url string) error {
	response, err := plain.Get(url + "/missing")
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusNoContent {
		return errors.New(response.Status)
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// upload encodes into a pipe whose reader gives up at the first line.
func upload(string) {
	reader, writer := io.Pipe()
	go func() {
		encoder := json.NewEncoder(writer)
		for i := 0; i < 10; i++ {
			if encoder.Encode(map[string]int{"row": i}) != nil {
				return
			}
		}
		writer.Close()
	}()
	var first bytes.Buffer
	io.CopyN(&first, reader, 4)
}

type connections struct{ free chan int }

func (c *connections) use() {
	c.free <- 1
	c.free <- 2
	for i := 0; i < 4; i++ {
		go func() {
			conn := <-c.free
			if conn > 0 {
				return
			}
			c.free <- conn
		}()
	}
}

// submit waits for the result of a task that did not fit into the queue.
func submit() {
	queue := make(chan func(), 1)
	for i := 0; i < 3; i++ {
		done := make(chan int)
		task := func() { done <- i }
		select {
		case queue <- task:
			go func() { (<-queue)() }()
		default:
		}
		go func() { <-done }()
	}
}

// flagged leaks once a flag is set, some steps after the start.
func flagged() {
	if time.Since(began) < 2*Step {
		return
	}
	answer := make(chan int)
	go func() { answer <- 1 }()
}

var (
	nightMu sync.Mutex
	last    = began
)

// night leaks ten at once, every other step.
func night() {
	nightMu.Lock()
	defer nightMu.Unlock()
	if time.Since(last) < 3*Step/2 {
		return
	}
	last = time.Now()
	stop := make(chan struct{})
	for i := 0; i < 10; i++ {
		go func() { <-stop; _ = i }()
	}
}

func crawl() {
	limit := make(chan struct{}, 2)
	pages := make(chan int)
	go func() {
		for i := 0; i < 6; i++ {
			limit <- struct{}{}
			go func() {
				defer func() { <-limit }()
				pages <- i
			}()
		}
	}()
	<-pages
}

type letter struct{ reply chan int }

// actor is created for one request, and answers it; nobody closes its mailbox.
func actor() {
	mailbox := make(chan letter)
	quit := make(chan struct{})
	go func() {
		for {
			select {
			case each := <-mailbox:
				each.reply <- 1
			case <-quit:
				return
			}
		}
	}()
	each := letter{make(chan int)}
	mailbox <- each
	<-each.reply
}

func merged() {
	out := make(chan int)
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		in := make(chan int)
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := range in {
				out <- n
			}
		}()
		go func() { in <- i; close(in) }()
	}
	go func() { wg.Wait(); close(out) }()
	<-out
}

type catalog struct{ mu sync.RWMutex }

// add locks for writing while it reads; later callers wait as well.
func (c *catalog) add() {
	go func() {
		c.mu.RLock()
		defer c.mu.RUnlock()
		c.mu.Lock()
		c.mu.Unlock()
	}()
	time.Sleep(time.Millisecond)
	go func() { c.mu.RLock(); c.mu.RUnlock() }()
}

type poller struct {
	stop chan struct{}
	wake chan struct{}
}

func (p *poller) start() {
	p.wake = make(chan struct{})
	go p.run(p.stop)
}

func (p *poller) run(stop <-chan struct{}) {
	for {
		select {
		case <-p.wake:
		case <-stop:
			return
		}
	}
}
