package leaks

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Later has leaks that were written when the rules knew their mistakes on Fresh.
var Later = map[string]func(url string){
	"cache-fill-waiters":  func(string) { fill() },
	"ack-never-read":      func(string) { ack() },
	"watch-without-stop":  func(string) { watchKey() },
	"retry-gives-up":      func(string) { retries() },
	"fan-in-early-return": func(string) { fanIn() },
	"lock-on-callback":    func(string) { (&bus{}).emit() },
	"gate-never-opened":   func(string) { gate() },
	"double-close-saved":  func(string) { saved() },
}

func fill() {
	ready := make(chan struct{})
	for i := 0; i < 2; i++ {
		go func() { <-ready }()
	}
	defer func() { recover() }()
	panic("loader failed")
}

func ack() {
	acks := make(chan int)
	go func() {
		for i := 0; i < 3; i++ {
			acks <- i
		}
	}()
	<-acks
}

func watchKey() {
	updates := make(chan int)
	go func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for {
			select {
			case <-updates:
			case <-ctx.Done():
				return
			}
		}
	}()
	updates <- 1
}

func retries() {
	errs := make(chan error)
	go func() {
		for i := 0; i < 3; i++ {
			time.Sleep(time.Millisecond)
		}
		errs <- errors.New("gave up")
	}()
	select {
	case <-errs:
	case <-time.After(time.Millisecond):
	}
}

func fanIn() error {
	out := make(chan error)
	for i := 0; i < 3; i++ {
		go func() {
			if i == 0 {
				out <- errors.New("bad")
				return
			}
			time.Sleep(time.Millisecond)
			out <- nil
		}()
	}
	return <-out
}

type bus struct{ mu sync.Mutex }

func (b *bus) emit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	done := make(chan struct{})
	go func() { b.mu.Lock(); b.mu.Unlock(); close(done) }()
	<-done
}

func gate() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	open := false
	for i := 0; i < 2; i++ {
		go func() {
			mu.Lock()
			for !open {
				cond.Wait()
			}
			mu.Unlock()
		}()
	}
}

func saved() {
	var wg sync.WaitGroup
	wg.Add(1)
	results := make(chan int)
	go func() { defer wg.Done(); results <- 1 }()
	wg.Wait()
}
