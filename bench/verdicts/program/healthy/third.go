package healthy

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Third has patterns that were written when the rules knew their mistakes on Later: users and peers. The rest is in work.go.
var Third = map[string]func(*Env){
	"chat-hub":            chatHub,
	"streams-of-a-server": serverStreams,
	"topics":              topics,
	"shards-on-demand":    shardsOnDemand,
	"limiter-per-client":  limiters,
	"peer-mesh":           peerMesh,
	"tenants-onboard":     onboarding,
	"watch-of-a-config":   configWatch,
	"sessions-kept-alive": keepAlives,
	"slow-readers":        slowReaders,
	"backend-slows":       backendSlows,
	"bulk-import":         bulkImport,
	"rollout":             rollout,
	"orders-in-flight":    ordersInFlight,
	"regions-split":       regions,
	"retries-back-off":    backOff,
	"leader-election":     election,
	"uploads-in-parts":    uploadsInParts,
}

// requests are arrivals in separate goroutines, which end when f returns.
func (e *Env) requests(rate float64, f func()) { e.arrivals(rate, func() { go f() }) }

// A hub with two pumps per connection; the handler that starts them returns.
func chatHub(e *Env) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	ping := e.steps(0.5)
	var mu sync.Mutex
	rooms := map[*socket]bool{}
	serve := func(conn net.Conn) {
		s := &socket{conn, make(chan string, 4)}
		mu.Lock()
		rooms[s] = true
		mu.Unlock()
		done := make(chan struct{})
		go s.writePump(done, ping)
		go func() {
			s.readPump(done)
			mu.Lock()
			delete(rooms, s)
			mu.Unlock()
		}()
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	go func() {
		for {
			time.Sleep(life(e.Step, 0.8))
			mu.Lock()
			for s := range rooms {
				select {
				case s.send <- "hello":
				default:
				}
			}
			mu.Unlock()
		}
	}()
	mean := e.spread(8, 60)
	e.arrivals(e.spread(2, 12), func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return
		}
		keep(conn)
		time.AfterFunc(life(e.Step, mean), func() { conn.Close() })
	})
}

// Handlers of streams, with real clients.
func serverStreams(e *Env) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	step := e.Step
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		flusher := w.(http.Flusher)
		flusher.Flush()
		updates := make(chan string)
		go func() {
			for {
				select {
				case <-time.After(life(step, 1)):
				case <-r.Context().Done():
					return
				}
				select {
				case updates <- "update":
				case <-r.Context().Done():
					return
				}
			}
		}()
		for {
			select {
			case update := <-updates:
				io.WriteString(w, update)
				flusher.Flush()
			case <-r.Context().Done():
				return
			}
		}
	}))
	mean := e.spread(3, 30)
	e.arrivals(e.spread(1, 8), func() {
		ctx, cancel := context.WithTimeout(context.Background(), life(step, mean))
		go func() {
			defer cancel()
			request, _ := http.NewRequestWithContext(ctx, "GET", "http://"+listener.Addr().String(), nil)
			response, err := http.DefaultClient.Do(request)
			if err == nil {
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}()
	})
}

// Subscriptions that requests make, to topics with an occasional message; some end.
func topics(e *Env) {
	var mu sync.Mutex
	all := map[chan int]bool{}
	go func() {
		for {
			time.Sleep(life(e.Step, 0.1))
			mu.Lock()
			for each := range all {
				each <- 1
				break
			}
			mu.Unlock()
		}
	}()
	mean := e.spread(5, 40)
	e.arrivals(e.spread(1, 8), func() {
		ctx, cancel := context.WithTimeout(context.Background(), life(e.Step, mean))
		go func() {
			messages := make(chan int, 16)
			mu.Lock()
			all[messages] = true
			mu.Unlock()
			go func() {
				defer cancel()
				for {
					select {
					case <-messages:
						work()
					case <-ctx.Done():
						mu.Lock()
						delete(all, messages)
						mu.Unlock()
						return
					}
				}
			}()
		}()
	})
}

// The first request for a key starts the goroutine that owns it; a few keys are used a lot, many are used little.
func shardsOnDemand(e *Env) {
	var mu sync.Mutex
	owners := map[int]chan int{}
	keys := e.spread(20, 120)
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / 40))
		key := int(e.spread(1, keys))
		go func() {
			mu.Lock()
			owner := owners[key]
			if owner == nil {
				owner = make(chan int, 1)
				owners[key] = owner
				go func() {
					for range owner {
						work()
					}
				}()
			}
			mu.Unlock()
			owner <- key
		}()
	}
}

// A token bucket for each client, filled by a goroutine that ends when the client has been away.
func limiters(e *Env) {
	var mu sync.Mutex
	buckets := map[int]chan struct{}{}
	clients := 5.0
	idle, fill := e.steps(e.spread(1, 4)), e.steps(0.25)
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / 30))
		clients += 0.08
		id := e.Rand.Intn(int(clients))
		go func() {
			mu.Lock()
			defer mu.Unlock()
			if bucket := buckets[id]; bucket != nil {
				select {
				case <-bucket:
				default:
				}
				return
			}
			bucket := make(chan struct{}, 3)
			buckets[id] = bucket
			go func() {
				ticker := time.NewTicker(fill)
				defer ticker.Stop()
				for last := time.Now(); time.Since(last) < idle; {
					<-ticker.C
					select {
					case bucket <- struct{}{}:
						last = time.Now()
					default:
					}
				}
				mu.Lock()
				delete(buckets, id)
				mu.Unlock()
			}()
		}()
	}
}

// Nodes join; each pair has a connection with a reader, a writer and a heartbeat.
func peerMesh(e *Env) {
	nodes := e.count(8, 40)
	for i := 0; i < nodes; i++ {
		here, there := net.Pipe()
		outbox := make(chan string, 8)
		beat := e.steps(0.4)
		go io.Copy(io.Discard, there)
		go func() {
			for text := range outbox {
				io.WriteString(here, text)
			}
		}()
		go func() {
			buf := make([]byte, 64)
			for {
				if _, err := here.Read(buf); err != nil {
					return
				}
			}
		}()
		go func() {
			for range time.Tick(beat) {
				outbox <- "beat"
			}
		}()
		time.Sleep(e.steps(e.Rand.ExpFloat64() * 5 / float64(nodes)))
	}
	select {}
}

// Each tenant has a queue and a consumer, from the request that creates it; the number of new tenants falls.
func onboarding(e *Env) {
	busy := e.spread(0.1, 1)
	for i := 1.0; ; i++ {
		time.Sleep(e.steps(e.Rand.ExpFloat64() * i / 30))
		go func() {
			queue := make(chan int)
			go func() {
				for {
					time.Sleep(life(e.Step, busy))
					queue <- 1
				}
			}()
			go func() {
				for range queue {
					work()
				}
			}()
		}()
	}
}

// Clients wait for the next version of a configuration, which comes now and then.
func configWatch(e *Env) {
	var mu sync.Mutex
	changed := make(chan struct{})
	pause := e.spread(1, 5)
	go func() {
		for {
			time.Sleep(life(e.Step, pause))
			mu.Lock()
			close(changed)
			changed = make(chan struct{})
			mu.Unlock()
		}
	}()
	e.requests(e.spread(2, 15), func() {
		mu.Lock()
		next := changed
		mu.Unlock()
		<-next
	})
}

// A keeper for each session renews it, and ends with it.
func keepAlives(e *Env) {
	mean := e.spread(4, 40)
	renew := e.steps(e.spread(0.2, 1))
	e.arrivals(e.spread(1, 8), func() {
		ctx, cancel := context.WithTimeout(context.Background(), life(e.Step, mean))
		go func() {
			go func() {
				defer cancel()
				ticker := time.NewTicker(renew)
				defer ticker.Stop()
				for {
					select {
					case <-ticker.C:
						work()
					case <-ctx.Done():
						return
					}
				}
			}()
		}()
	})
}
