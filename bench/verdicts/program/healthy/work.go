package healthy

import (
	"context"
	"math/rand"
	"sync"
	"time"
)

// Clients that read slowly: the data for them waits to be sent.
func slowReaders(e *Env) {
	pause := e.steps(e.spread(0.1, 0.6))
	e.requests(e.spread(1, 6), func() {
		pages := make(chan int)
		n := 2 + rand.Intn(20)
		go func() {
			defer close(pages)
			for i := 0; i < n; i++ {
				pages <- i
			}
		}()
		for range pages {
			time.Sleep(pause)
		}
	})
}

// A backend that is slow for a while; its callers are patient for some steps.
func backendSlows(e *Env) {
	slow, patience := e.steps(e.spread(1, 6)), e.steps(e.spread(1, 4))
	began := time.Now()
	phase := e.steps(e.spread(2, 6))
	e.requests(e.spread(3, 20), func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		answer := make(chan int, 1)
		long := slow / 100
		if int(time.Since(began)/phase)%2 == 1 {
			long = slow
		}
		time.AfterFunc(long, func() { answer <- 1 })
		select {
		case <-answer:
		case <-ctx.Done():
		}
	})
}

// Many files come at once, and only a few are read at the same time.
func bulkImport(e *Env) {
	for {
		slots := make(chan struct{}, 4)
		var wg sync.WaitGroup
		n := e.count(20, 150)
		hold := e.spread(0.5, 6) * 4 / float64(n)
		for i := 0; i < n; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				slots <- struct{}{}
				time.Sleep(life(e.Step, hold))
				<-slots
			}()
			time.Sleep(e.steps(1 / float64(n)))
		}
		wg.Wait()
		time.Sleep(e.steps(e.spread(0.5, 3)))
	}
}

// The watcher of a rollout waits for one pod after the other.
func rollout(e *Env) {
	for {
		var wg sync.WaitGroup
		n := e.count(5, 40)
		pace := e.spread(0.05, 0.5)
		ready := make([]chan struct{}, n)
		for i := range ready {
			ready[i] = make(chan struct{})
			wg.Add(1)
			go func() { defer wg.Done(); <-ready[i] }()
			time.Sleep(e.steps(e.Rand.ExpFloat64() * 1.5 / float64(n)))
		}
		for i := range ready {
			time.Sleep(life(e.Step, pace))
			close(ready[i])
		}
		wg.Wait()
		time.Sleep(e.steps(e.spread(0.5, 4)))
	}
}

// An order is paid, packed, sent and delivered; each step takes some time.
func ordersInFlight(e *Env) {
	mean := e.spread(0.3, 2)
	e.requests(e.spread(1, 10), func() {
		events := make(chan int)
		go func() {
			for i := 0; i < 4; i++ {
				time.Sleep(life(e.Step, mean))
				events <- i
			}
			close(events)
		}()
		go func() {
			for range events {
				work()
			}
		}()
	})
}

type region struct {
	proposals chan int
	depth     int
}

// Regions of a store split as they fill up; each one starts the next, and all have a clock.
func regions(e *Env) {
	var mu sync.Mutex
	count, most := 1, e.count(10, 60)
	tick := e.steps(e.spread(0.1, 0.5))
	var run func(*region)
	run = func(r *region) {
		ticker := time.NewTicker(tick)
		for {
			select {
			case <-r.proposals:
			case <-ticker.C:
				work()
				mu.Lock()
				isFull := count < most && time.Now().UnixNano()%50 == 0
				if isFull {
					count++
				}
				mu.Unlock()
				if isFull {
					go run(&region{make(chan int), r.depth + 1})
				}
			}
		}
	}
	for i := 0; i < 3; i++ {
		go run(&region{make(chan int), 0})
	}
	select {}
}

// Failed deliveries are retried, each time after twice the delay.
func backOff(e *Env) {
	first := e.spread(0.05, 0.3)
	fails := e.spread(0.5, 0.85)
	e.arrivals(e.spread(3, 15), func() {
		times := 0
		for times < 6 && e.Rand.Float64() < fails {
			times++
		}
		ctx, cancel := context.WithTimeout(context.Background(), e.steps(30))
		go func() {
			defer cancel()
			for i := 0; i < times; i++ {
				select {
				case <-time.After(e.steps(first * float64(int(1)<<i))):
				case <-ctx.Done():
					return
				}
			}
		}()
	})
}

// Candidates wait until it is their turn to lead; more come with a deploy, and the old ones go.
func election(e *Env) {
	for {
		ctx, cancel := context.WithCancel(context.Background())
		lead := make(chan struct{}, 1)
		lead <- struct{}{}
		for i := 0; i < e.count(4, 20); i++ {
			go func() {
				select {
				case <-lead:
					<-ctx.Done()
				case <-ctx.Done():
				}
			}()
			time.Sleep(e.steps(e.Rand.ExpFloat64() * 0.15))
		}
		time.Sleep(e.steps(e.spread(2, 8)))
		cancel()
	}
}

// Each upload has parts, a few of which are sent at a time, and a goroutine that waits for all of them.
func uploadsInParts(e *Env) {
	part := e.spread(0.2, 1.5)
	e.requests(e.spread(0.5, 4), func() {
		slots := make(chan struct{}, 3)
		var wg sync.WaitGroup
		for i := 0; i < 8; i++ {
			slots <- struct{}{}
			wg.Add(1)
			go func() {
				defer wg.Done()
				defer func() { <-slots }()
				time.Sleep(life(e.Step, part))
			}()
		}
		wg.Wait()
	})
}
