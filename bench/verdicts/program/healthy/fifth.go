package healthy

import (
	"context"
	"math/rand"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Fifth has patterns that were written before the rules that knew Fourth were revised: parts of libraries, and services under load.
var Fifth = map[string]func(*Env){
	"cache-with-flights":    flights,
	"crawls-with-a-limit":   crawls,
	"bidi-streams":          bidiStreams,
	"cron-entries":          cronEntries,
	"pull-consumer":         pullConsumer,
	"dialed-pool":           dialedPool,
	"replicas-join":         replicasJoin,
	"reload-generations":    generations,
	"project-watchers":      projectWatchers,
	"queue-at-a-limiter":    limiterQueue,
	"sessions-in-an-lru":    lruSessions,
	"retries-with-a-timer":  timedRetries,
	"exporter-per-tenant":   exporters,
	"elastic-barrier":       elasticBarrier,
	"transcodes":            transcodes,
	"refresh-ahead":         refreshAhead,
	"partition-with-limits": partitioned,
}

// A cache miss waits for the running request for the key; the backend is slow for some steps, and then fast again.
func flights(e *Env) {
	type flight struct{ done chan struct{} }
	var mu sync.Mutex
	all := map[int]*flight{}
	var slow atomic.Bool
	quick, long := e.spread(0.02, 0.2), e.spread(1, 4)
	calm, storm := e.spread(2, 10), e.spread(2, 8)
	go func() {
		for {
			time.Sleep(life(e.Step, calm))
			slow.Store(true)
			time.Sleep(life(e.Step, storm))
			slow.Store(false)
		}
	}()
	keys := e.count(5, 50)
	e.arrivals(e.spread(10, 60), func() {
		key := rand.Intn(keys)
		mu.Lock()
		f := all[key]
		if f == nil {
			f = &flight{make(chan struct{})}
			all[key] = f
			go func() {
				mean := quick
				if slow.Load() {
					mean = long
				}
				time.Sleep(life(e.Step, mean))
				mu.Lock()
				delete(all, key)
				mu.Unlock()
				close(f.done)
			}()
		}
		mu.Unlock()
		go func() { <-f.done }()
	})
}

type limitedGroup struct {
	wg    sync.WaitGroup
	slots chan struct{}
}

func (g *limitedGroup) start(f func()) {
	g.slots <- struct{}{}
	g.wg.Add(1)
	go func() {
		defer func() { <-g.slots; g.wg.Done() }()
		f()
	}()
}

// Crawls of many pages with a limit each; more of them are ordered during the day.
func crawls(e *Env) {
	limit, pages := e.count(3, 12), e.spread(20, 150)
	page := e.spread(0.2, 1)
	for rate := e.spread(0.1, 0.5); ; rate = min(rate*1.08, 2) {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		go func() {
			g := &limitedGroup{slots: make(chan struct{}, limit)}
			for i := 1 + int(rand.ExpFloat64()*pages); i > 0; i-- {
				g.start(func() {
					answer := make(chan struct{})
					time.AfterFunc(life(e.Step, page), func() { close(answer) })
					<-answer
				})
			}
			g.wg.Wait()
		}()
	}
}

// Bidirectional streams over one connection each: a reader, a writer that waits for its quota, and a handler.
func bidiStreams(e *Env) {
	mean, pause := e.spread(3, 60), e.spread(0.3, 4)
	for rate := e.spread(1, 10); ; rate = max(1, rate*e.spread(0.97, 1.03)) {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		client, server := net.Pipe()
		ctx, cancel := context.WithCancel(context.Background())
		quota, out := make(chan int, 1), make(chan byte)
		go func() {
			defer cancel()
			frame := make([]byte, 1)
			for {
				if _, err := server.Read(frame); err != nil {
					return
				}
				select {
				case quota <- 1:
				default:
				}
			}
		}()
		go func() {
			defer server.Close()
			for {
				select {
				case b := <-out:
					select {
					case <-quota:
						server.Write([]byte{b})
					case <-ctx.Done():
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}()
		go func() {
			for {
				select {
				case <-time.After(life(e.Step, pause)):
				case <-ctx.Done():
					return
				}
				select {
				case out <- 1:
				case <-ctx.Done():
					return
				}
			}
		}()
		go func() {
			defer client.Close()
			gone := time.After(life(e.Step, mean))
			frame := make([]byte, 1)
			for {
				client.SetReadDeadline(time.Now().Add(e.Step))
				client.Write(frame)
				client.Read(frame)
				select {
				case <-gone:
					return
				default:
					time.Sleep(life(e.Step, pause))
				}
			}
		}()
	}
}

// Users add entries to a scheduler that has a goroutine for each, and rarely remove one.
func cronEntries(e *Env) {
	period := e.spread(0.5, 8)
	var stops []chan struct{}
	e.arrivals(e.spread(0.5, 5), func() {
		if len(stops) > 0 && e.Rand.Float64() < float64(len(stops))/80 {
			close(stops[0])
			stops = stops[1:]
			return
		}
		stop := make(chan struct{})
		stops = append(stops, stop)
		every := e.steps(period * (0.5 + e.Rand.Float64()))
		go func() {
			next := time.NewTimer(every)
			for {
				select {
				case <-next.C:
					go work()
					next.Reset(every)
				case <-stop:
					next.Stop()
					return
				}
			}
		}()
	})
}

// A consumer takes as many messages as may be in flight; the service that it calls slows down, and recovers.
func pullConsumer(e *Env) {
	inFlight := make(chan struct{}, e.count(20, 150))
	var mean atomic.Int64
	base := float64(e.Step) * e.spread(0.1, 0.6)
	mean.Store(int64(base))
	go func() {
		for {
			time.Sleep(life(e.Step, 4))
			mean.Store(int64(base * (1 + rand.ExpFloat64()*6)))
			time.Sleep(life(e.Step, 4))
			mean.Store(int64(base))
		}
	}()
	acks := make(chan int, 16)
	go func() {
		for range acks {
			work()
		}
	}()
	e.arrivals(e.spread(5, 40), func() {
		inFlight <- struct{}{}
		go func() {
			defer func() { <-inFlight }()
			answer := make(chan int, 1)
			time.AfterFunc(time.Duration(rand.ExpFloat64()*float64(mean.Load())), func() { answer <- 1 })
			acks <- <-answer
		}()
	})
}

// A pool dials up to its maximum when no connection is free; each connection has a reader. Connections that are idle for long are closed.
func dialedPool(e *Env) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				query := make([]byte, 1)
				for {
					if _, err := conn.Read(query); err != nil {
						return
					}
					time.Sleep(life(e.Step, 0.4))
					conn.Write(query)
				}
			}()
		}
	}()
	type pooled struct {
		net.Conn
		answers chan byte
	}
	most := e.count(20, 120)
	free := make(chan *pooled, most)
	var open atomic.Int64
	dial := func() *pooled {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return nil
		}
		p := &pooled{conn, make(chan byte, 1)}
		go func() {
			answer := make([]byte, 1)
			for {
				if _, err := p.Read(answer); err != nil {
					close(p.answers)
					return
				}
				p.answers <- answer[0]
			}
		}()
		return p
	}
	for rate := e.spread(4, 20); ; rate = min(rate*1.004, float64(most)*2) {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		go func() {
			var p *pooled
			select {
			case p = <-free:
			default:
				if open.Add(1) > int64(most) {
					open.Add(-1)
					p = <-free
				} else if p = dial(); p == nil {
					open.Add(-1)
					return
				}
			}
			p.Write([]byte{1})
			<-p.answers
			free <- p
		}()
	}
}

// A cluster grows replica by replica: for each one, the leader has a sender and a prober as long as it leads.
func replicasJoin(e *Env) {
	size := e.count(10, 60)
	rate := e.spread(1, 6)
	beat := e.steps(e.spread(0.3, 3))
	var entries []chan int
	for {
		if len(entries) < size {
			time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
			entry, probe := make(chan int, 8), make(chan struct{})
			entries = append(entries, entry)
			go func() {
				for range entry {
					work()
				}
			}()
			go func() {
				for {
					select {
					case <-probe:
					case <-time.After(beat):
						work()
					}
				}
			}()
			continue
		}
		time.Sleep(life(e.Step, 0.1))
		for _, each := range entries {
			select {
			case each <- 1:
			default:
			}
		}
	}
}
