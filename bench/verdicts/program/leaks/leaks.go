// Package leaks has leaks as they occur in services, each as one call.
package leaks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync"
	"time"
)

// All is name → one call; url is the service's.
var All = map[string]func(url string){
	"result-after-timeout": func(string) { query(time.Microsecond) },
	"first-of-three":       func(string) { first(3) },
	"error-before-receive": func(string) { fanOut() },
	"range-never-closed":   func(string) { stream() },
	"waitgroup-miscount":   func(string) { miscount() },
	"lock-not-released":    func(string) { (&account{}).transfer() },
	"rlock-not-released":   func(string) { (&book{}).read() },
	"body-not-closed":      func(url string) { fetch(url) },
	"transport-per-call":   func(url string) { transport(url) },
	"ticker-not-stopped":   func(string) { watch(20 * time.Millisecond) },
	"context-not-canceled": func(string) { subscribe() },
	"time-after-loop":      func(string) { poll() },
	"cond-lost-signal":     func(string) { (&mailbox{}).open() },
	"nil-channel":          func(string) { idle(nil) },
	"select-forever":       func(string) { serveForever() },
	"dead-peer":            func(string) { deadPeer() },
	"pipe-reader":          func(string) { pipe() },
	"semaphore-not-given":  func(string) { limited() },
	"ab-ba":                func(string) { exchange() },
	"lock-over-channel":    func(string) { (&store{updates: make(chan int)}).update() },
	"errgroup-like":        func(string) { group() },
	"publisher-stays":      func(string) { publish() },
}

func query(timeout time.Duration) error {
	result := make(chan string)
	go func() {
		time.Sleep(time.Duration(1+rand.Intn(5)) * time.Millisecond)
		result <- "row"
	}()
	select {
	case <-result:
		return nil
	case <-time.After(timeout):
		return errors.New("timeout")
	}
}

func first(replicas int) string {
	answers := make(chan string)
	for i := 0; i < replicas; i++ {
		go func() { answers <- fmt.Sprint("replica ", i) }()
	}
	return <-answers
}

func fanOut() error {
	errs := make(chan error)
	for i := 0; i < 4; i++ {
		go func() { errs <- errors.New("refused") }()
	}
	for i := 0; i < 4; i++ {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func stream() {
	events := make(chan int)
	for i := 0; i < 2; i++ {
		go func() {
			for event := range events {
				_ = event
			}
		}()
	}
	for i := 0; i < 5; i++ {
		events <- i
	}
}

func miscount() {
	var wg sync.WaitGroup
	wg.Add(3)
	for i := 0; i < 2; i++ {
		go func() { defer wg.Done(); time.Sleep(time.Millisecond) }()
	}
	wg.Wait()
}

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) transfer() {
	for i := 0; i < 3; i++ {
		go a.withdraw(i)
	}
}

func (a *account) withdraw(n int) error {
	a.mu.Lock()
	if a.balance < n || true {
		return errors.New("insufficient funds")
	}
	a.mu.Unlock()
	return nil
}

type book struct {
	mu    sync.RWMutex
	pages int
}

func (b *book) read() {
	go func() {
		b.mu.RLock()
		_ = b.pages
	}()
	time.Sleep(time.Millisecond)
	go b.write()
	time.Sleep(time.Millisecond)
	go b.index()
}

func (b *book) write() { b.mu.Lock(); b.pages++; b.mu.Unlock() }

func (b *book) index() { b.mu.RLock(); _ = b.pages; b.mu.RUnlock() }

var impatient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}

func fetch(url string) {
	response, err := impatient.Get(url)
	if err == nil {
		_ = response.StatusCode
	}
}

func transport(url string) {
	client := &http.Client{Transport: &http.Transport{}}
	response, err := client.Get(url)
	if err != nil {
		return
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

func watch(every time.Duration) {
	ticker := time.NewTicker(every)
	go func() {
		for range ticker.C {
			time.Sleep(10 * time.Microsecond)
		}
	}()
}

func subscribe() {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	updates := make(chan int)
	go func() {
		for {
			select {
			case update := <-updates:
				_ = update
			case <-ctx.Done():
				return
			}
		}
	}()
}

func poll() {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(15 * time.Millisecond):
			}
		}
	}()
}

type mailbox struct {
	mu   sync.Mutex
	full bool
}

func (m *mailbox) open() {
	cond := sync.NewCond(&m.mu)
	go func() {
		m.mu.Lock()
		m.full = true
		cond.Signal()
		m.mu.Unlock()
	}()
	time.Sleep(time.Millisecond)
	go func() {
		m.mu.Lock()
		cond.Wait()
		m.mu.Unlock()
	}()
}

func idle(done <-chan struct{}) { <-done }

func serveForever() { go func() { select {} }() }

// The peers never answer, and never close.
var (
	deadMu sync.Mutex
	dead   []net.Conn
)

func deadPeer() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			deadMu.Lock()
			dead = append(dead, conn)
			deadMu.Unlock()
		}
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return
	}
	go func() {
		buf := make([]byte, 64)
		conn.Read(buf)
	}()
}

func pipe() {
	reader, writer := io.Pipe()
	go func() {
		fmt.Fprintln(writer, "first line")
		fmt.Fprintln(writer, "second line")
	}()
	buf := make([]byte, 4)
	reader.Read(buf)
}

func limited() {
	slots := make(chan struct{}, 1)
	for i := 0; i < 3; i++ {
		go func() {
			slots <- struct{}{}
			if rand.Intn(2) >= 0 {
				return
			}
			<-slots
		}()
	}
}

func exchange() {
	var a, b sync.Mutex
	go func() {
		a.Lock()
		time.Sleep(2 * time.Millisecond)
		b.Lock()
		b.Unlock()
		a.Unlock()
	}()
	go func() {
		b.Lock()
		time.Sleep(2 * time.Millisecond)
		a.Lock()
		a.Unlock()
		b.Unlock()
	}()
}

type store struct {
	mu      sync.Mutex
	updates chan int
}

func (s *store) update() {
	go func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.updates <- 1
	}()
	time.Sleep(time.Millisecond)
	go s.get()
}

func (s *store) get() int { s.mu.Lock(); defer s.mu.Unlock(); return 1 }

func group() error {
	errs := make(chan error, 1)
	results := make(chan int)
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); results <- i }()
	}
	go func() { wg.Wait(); close(results) }()
	errs <- errors.New("canceled")
	return <-errs
}

func publish() {
	subscribers := make([]chan int, 2)
	for i := range subscribers {
		subscribers[i] = make(chan int)
	}
	go func() {
		for _, each := range subscribers {
			each <- 1
		}
	}()
	<-subscribers[0]
}
