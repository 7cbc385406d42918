package healthy

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// Later has patterns that were written when the rules knew their mistakes on Fresh.
var Later = map[string]func(*Env){
	"tenant-pipelines":  tenantPipelines,
	"lock-per-key":      lockPerKey,
	"chat-rooms":        chatRooms,
	"session-watchdogs": watchdogs,
	"paged-exports":     pagedExports,
	"queue-of-leases":   queueLeases,
	"pollers-added":     pollersAdded,
	"barrier-rounds":    barriers,
	"proxy-tunnels":     tunnels,
	"nested-groups":     nestedGroups,
	"slow-start-pool":   slowStart,
	"event-sourcing":    eventSourcing,
}

func tenantPipelines(e *Env) {
	e.arrivals(e.spread(0.5, 5), func() {
		raw, done := make(chan int), make(chan int)
		go func() {
			for n := range raw {
				done <- n
			}
		}()
		go func() {
			for range done {
			}
		}()
		go func() {
			for i := 0; ; i++ {
				time.Sleep(life(e.Step, 0.2))
				raw <- i
			}
		}()
	})
}

func lockPerKey(e *Env) {
	locks := make([]sync.Mutex, 4)
	e.arrivals(e.spread(20, 60), func() {
		k := e.Rand.Intn(4)
		go func() {
			locks[k].Lock()
			time.Sleep(e.steps(0.04))
			locks[k].Unlock()
		}()
	})
}

func chatRooms(e *Env) {
	mean := e.spread(2, 20)
	e.arrivals(e.spread(1, 8), func() {
		leave := make(chan struct{})
		say := make(chan string)
		time.AfterFunc(life(e.Step, mean), func() { close(leave) })
		go func() {
			for {
				select {
				case <-say:
				case <-leave:
					return
				}
			}
		}()
		go func() {
			for {
				select {
				case say <- "hi":
					time.Sleep(life(e.Step, 0.3))
				case <-leave:
					return
				}
			}
		}()
	})
}

func watchdogs(e *Env) {
	e.arrivals(e.spread(3, 15), func() {
		ctx, cancel := context.WithTimeout(context.Background(), life(e.Step, 3))
		go func() { <-ctx.Done(); cancel() }()
	})
}

func pagedExports(e *Env) {
	e.arrivals(e.spread(2, 10), func() {
		pages := make(chan int, 1)
		n := 1 + e.Rand.Intn(30)
		go func() {
			defer close(pages)
			for i := 0; i < n; i++ {
				pages <- i
			}
		}()
		go func() {
			for range pages {
				time.Sleep(life(e.Step, 0.2))
			}
		}()
	})
}

func queueLeases(e *Env) {
	work := make(chan func(), 64)
	for i := 0; i < 6; i++ {
		go func() {
			for f := range work {
				f()
			}
		}()
	}
	e.arrivals(e.spread(4, 12), func() {
		done := make(chan struct{})
		work <- func() { time.Sleep(life(e.Step, 0.3)); close(done) }
		go func() { <-done }()
	})
}

func pollersAdded(e *Env) {
	e.arrivals(e.spread(1, 6), func() {
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(e.steps(0.3)):
					work()
				}
			}
		}()
	})
}

func barriers(e *Env) {
	for {
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := 0; i < e.count(5, 60); i++ {
			wg.Add(1)
			go func() { defer wg.Done(); <-start; time.Sleep(life(e.Step, 0.2)) }()
			time.Sleep(e.steps(0.02))
		}
		close(start)
		wg.Wait()
	}
}

func tunnels(e *Env) {
	mean := e.spread(1, 10)
	e.arrivals(e.spread(2, 10), func() {
		a, b := net.Pipe()
		c, d := net.Pipe()
		go io.Copy(c, b)
		go io.Copy(b, c)
		time.AfterFunc(life(e.Step, mean), func() { a.Close(); b.Close(); c.Close(); d.Close() })
	})
}

func nestedGroups(e *Env) {
	e.arrivals(e.spread(1, 6), func() {
		go func() {
			var outer sync.WaitGroup
			for i := 0; i < 2; i++ {
				outer.Add(1)
				go func() {
					defer outer.Done()
					var inner sync.WaitGroup
					for k := 0; k < 2; k++ {
						inner.Add(1)
						go func() { defer inner.Done(); time.Sleep(life(e.Step, 5)) }()
					}
					inner.Wait()
				}()
			}
			outer.Wait()
		}()
	})
}

func slowStart(e *Env) {
	jobs := make(chan int)
	n := e.count(8, 50)
	go func() {
		for i := 0; i < n; i++ {
			go func() {
				for range jobs {
					work()
				}
			}()
			time.Sleep(e.steps(6 / float64(n)))
		}
	}()
	for i := 0; ; i++ {
		time.Sleep(e.steps(0.005))
		select {
		case jobs <- i:
		default:
		}
	}
}

func eventSourcing(e *Env) {
	var mu sync.Mutex
	seen := sync.NewCond(&mu)
	version := 0
	go func() {
		for {
			time.Sleep(life(e.Step, 0.4))
			mu.Lock()
			version++
			seen.Broadcast()
			mu.Unlock()
		}
	}()
	e.arrivals(e.spread(3, 20), func() {
		mu.Lock()
		want := version + 1 + e.Rand.Intn(6)
		mu.Unlock()
		go func() {
			mu.Lock()
			for version < want {
				seen.Wait()
			}
			mu.Unlock()
		}()
	})
}
