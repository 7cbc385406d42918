package healthy

import (
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync"
	"time"
)

// Fourth has patterns that were written when the rules knew their mistakes on Third: what accumulates for a while, and then stays constant.
var Fourth = map[string]func(*Env){
	"workers-of-tenants":      tenantWorkers,
	"pool-of-callers":         callersPool,
	"sockets-by-hijack":       hijacked,
	"flusher-per-partition":   flushers,
	"sender-per-destination":  senders,
	"queue-for-the-lock":      lockQueue,
	"session-reapers":         reapers,
	"rooms-of-a-game":         rooms,
	"pool-warms-up":           poolWarms,
	"partitions-after-deploy": partitions,
	"long-polls":              longPolls,
	"workflows-wait":          workflows,
}

// Each tenant has two workers from its first request on; a few tenants have most of the requests.
func tenantWorkers(e *Env) {
	type tenant struct {
		mu    sync.Mutex
		more  *sync.Cond
		queue []int
	}
	var mu sync.Mutex
	tenants := map[int]*tenant{}
	most := e.spread(15, 100)
	rate := e.spread(20, 80)
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		id := int(e.spread(1, most))
		go func() {
			mu.Lock()
			t := tenants[id]
			if t == nil {
				t = &tenant{}
				t.more = sync.NewCond(&t.mu)
				tenants[id] = t
				for i := 0; i < 2; i++ {
					go func() {
						for {
							t.mu.Lock()
							for len(t.queue) == 0 {
								t.more.Wait()
							}
							t.queue = t.queue[1:]
							t.mu.Unlock()
							work()
						}
					}()
				}
			}
			mu.Unlock()
			t.mu.Lock()
			t.queue = append(t.queue, id)
			t.mu.Unlock()
			t.more.Signal()
		}()
	}
}

// A caller with a task takes the worker that was idle last, or starts one; workers that are idle for long are stopped.
func callersPool(e *Env) {
	type worker struct {
		tasks chan func()
		since time.Time
	}
	var mu sync.Mutex
	var idle []*worker
	expiry := e.steps(e.spread(1, 5))
	go func() {
		for {
			time.Sleep(expiry)
			mu.Lock()
			n := 0
			for n < len(idle) && time.Since(idle[n].since) > expiry {
				idle[n].tasks <- nil
				n++
			}
			idle = append([]*worker(nil), idle[n:]...)
			mu.Unlock()
		}
	}()
	rate, growth := e.spread(4, 30), e.spread(1.0005, 1.004)
	hold := e.spread(0.2, 1)
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		rate = min(rate*growth, 60)
		go func() {
			mu.Lock()
			var w *worker
			if n := len(idle); n > 0 {
				w = idle[n-1]
				idle = idle[:n-1]
			}
			mu.Unlock()
			if w == nil {
				w = &worker{tasks: make(chan func(), 1)}
				go func() {
					for task := range w.tasks {
						if task == nil {
							return
						}
						task()
						mu.Lock()
						w.since = time.Now()
						idle = append(idle, w)
						mu.Unlock()
					}
				}()
			}
			w.tasks <- func() { time.Sleep(life(e.Step, hold)) }
		}()
	}
}

// Websockets: the handler reads, and the goroutines that it has started write and ping. Users sign in in the morning, and stay.
func hijacked(e *Env) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	ping := e.steps(e.spread(0.5, 5))
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		out, done := make(chan string, 4), make(chan struct{})
		defer close(done)
		go func() {
			ticker := time.NewTicker(ping)
			defer ticker.Stop()
			for {
				select {
				case text := <-out:
					io.WriteString(conn, text)
				case <-ticker.C:
					io.WriteString(conn, "ping")
				case <-done:
					return
				}
			}
		}()
		io.Copy(io.Discard, conn)
	}))
	mean := e.spread(10, 100)
	for rate := e.spread(3, 20); ; rate = max(rate*0.99, 0.5) {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			continue
		}
		keep(conn)
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: chat\r\n\r\n")
		time.AfterFunc(life(e.Step, mean), func() { conn.Close() })
	}
}

// The first write to a partition starts its flusher, which writes at intervals.
func flushers(e *Env) {
	type partition struct {
		once    sync.Once
		flush   chan struct{}
		pending int
	}
	all := make([]partition, e.count(16, 96))
	pause := e.steps(e.spread(2, 12))
	rate := e.spread(10, 40)
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		p := &all[int(e.spread(1, float64(len(all))))-1]
		go p.once.Do(func() {
			p.flush = make(chan struct{})
			go func() {
				timer := time.NewTimer(pause)
				for {
					select {
					case <-p.flush:
					case <-timer.C:
						work()
						timer.Reset(pause)
					}
				}
			}()
		})
	}
}

// A queue for each server with something to send; its sender ends when everything is sent, and waits for long if the server is away.
func senders(e *Env) {
	var mu sync.Mutex
	queues := map[int]chan int{}
	servers := e.spread(30, 300)
	away := e.spread(0.05, 0.3)
	e.requests(e.spread(5, 30), func() {
		mu.Lock()
		defer mu.Unlock()
		id := int(rand.ExpFloat64() * servers)
		queue := queues[id]
		if queue == nil {
			queue = make(chan int, 100)
			queues[id] = queue
			isAway := rand.Float64() < away
			go func() {
				for {
					select {
					case <-queue:
						if isAway {
							stop := make(chan struct{})
							select {
							case <-time.After(life(e.Step, 6)):
							case <-stop:
							}
						}
						work()
					case <-time.After(life(e.Step, 0.5)):
						mu.Lock()
						delete(queues, id)
						mu.Unlock()
						return
					}
				}
			}()
		}
		select {
		case queue <- 1:
		default:
		}
	})
}

// A client that wants the lock waits for its predecessor to go, as with a lock in etcd; there are about as many clients as the lock can serve.
func lockQueue(e *Env) {
	var mu sync.Mutex
	last := make(chan struct{})
	close(last)
	hold := e.spread(0.02, 0.1)
	e.requests(e.spread(0.7, 0.97)/hold, func() {
		mu.Lock()
		before, gone := last, make(chan struct{})
		last = gone
		mu.Unlock()
		<-before
		time.Sleep(life(e.Step, hold))
		close(gone)
	})
}

// Each session has a goroutine that ends it when its user has been away for some time.
func reapers(e *Env) {
	var mu sync.Mutex
	sessions := map[int]chan struct{}{}
	timeout := e.steps(e.spread(1, 6))
	users := e.spread(10, 60)
	e.requests(e.spread(10, 40), func() {
		mu.Lock()
		defer mu.Unlock()
		// Users of the day: they continue for a while, and others follow.
		id := int(time.Since(time.Unix(0, 0))/(e.Step*4))*3 + int(rand.ExpFloat64()*users)
		touched := sessions[id]
		if touched == nil {
			touched = make(chan struct{}, 1)
			sessions[id] = touched
			go func() {
				timer := time.NewTimer(timeout)
				for {
					select {
					case <-touched:
						timer.Reset(timeout)
					case <-timer.C:
						mu.Lock()
						delete(sessions, id)
						mu.Unlock()
						return
					}
				}
			}()
		}
		select {
		case touched <- struct{}{}:
		default:
		}
	})
}
