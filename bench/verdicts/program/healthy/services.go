package healthy

import (
	"context"
	"errors"
	"io"
	"maps"
	"math/rand"
	"net"
	"sync"
	"time"
)

// Fresh has patterns that the rules were neither tuned on nor reported on before they were written.
var Fresh = map[string]func(*Env){
	"event-streams":       eventStreams,
	"autoscaled-pool":     autoscaled,
	"batcher-per-key":     batchers,
	"rpc-streams":         rpcStreams,
	"consumer-group":      consumerGroup,
	"cron-overlaps":       cronOverlaps,
	"actors-passivate":    actors,
	"reconnect-storm":     reconnects,
	"slow-uploads":        uploads,
	"checkout-queue":      checkouts,
	"leases-renewed":      leases,
	"outage-then-drain":   outage,
	"watches-of-a-cache":  watches,
	"fan-out-search":      search,
	"supervised-workers":  supervised,
	"shutdown-hooks":      hooks,
	"jobs-of-hours":       longJobs,
	"janitor-per-shard":   janitors,
	"debounced-saves":     debounced,
	"warm-standby-queues": standby,
}

// Sets has the sets that were written after All.
var Sets = map[string]map[string]func(*Env){"fresh": Fresh, "later": Later, "third": Third, "fourth": Fourth, "fifth": Fifth, "sixth": Sixth}

func init() {
	for _, each := range Sets {
		maps.Copy(All, each)
	}
}

// Browsers that listen to events, and mostly stay; something happens now and then.
func eventStreams(e *Env) {
	var mu sync.Mutex
	clients := map[int]chan string{}
	go func() {
		for {
			time.Sleep(e.steps(0.5))
			mu.Lock()
			for _, each := range clients {
				select {
				case each <- "event":
				default:
				}
			}
			mu.Unlock()
		}
	}()
	next := 0
	mean := e.spread(2, 12)
	e.arrivals(e.spread(2, 12), func() {
		ctx, cancel := context.WithTimeout(context.Background(), life(e.Step, mean))
		events := make(chan string, 2)
		mu.Lock()
		next++
		id := next
		clients[id] = events
		mu.Unlock()
		go func() {
			defer cancel()
			defer func() { mu.Lock(); delete(clients, id); mu.Unlock() }()
			for {
				select {
				case <-events:
					work()
				case <-ctx.Done():
					return
				}
			}
		}()
	})
}

// A pool that adds workers when the queue is long, and removes idle ones.
func autoscaled(e *Env) {
	queue := make(chan time.Duration, 1000)
	load := e.spread(30, 150)
	go func() {
		for i := 0.0; ; i++ {
			time.Sleep(e.steps(1 / load))
			if load < 400 {
				load *= 1.002
			}
			queue <- 8 * time.Millisecond
		}
	}()
	var mu sync.Mutex
	running := 0
	for {
		time.Sleep(e.steps(0.05))
		mu.Lock()
		if len(queue) > 3 && running < 60 {
			running++
			go func() {
				for {
					select {
					case cost := <-queue:
						time.Sleep(cost)
					case <-time.After(e.steps(2)):
						mu.Lock()
						running--
						mu.Unlock()
						return
					}
				}
			}()
		}
		mu.Unlock()
	}
}

// The first event of a key starts a goroutine that collects events for some time.
func batchers(e *Env) {
	window := e.spread(0.5, 4)
	e.arrivals(e.spread(4, 20), func() {
		events := make(chan int, 8)
		go func() {
			timer := time.NewTimer(e.steps(window))
			n := 0
			for {
				select {
				case event := <-events:
					n += event
				case <-timer.C:
					return
				}
			}
		}()
	})
}

// Streams of remote procedure calls: one goroutine receives, the other sends; they live for some steps.
func rpcStreams(e *Env) {
	mean := e.spread(1, 8)
	e.arrivals(e.spread(2, 10), func() {
		client, server := net.Pipe()
		outgoing := make(chan []byte)
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			defer cancel()
			buf := make([]byte, 16)
			for {
				if _, err := server.Read(buf); err != nil {
					return
				}
			}
		}()
		go func() {
			for {
				select {
				case frame := <-outgoing:
					server.Write(frame)
				case <-ctx.Done():
					return
				}
			}
		}()
		go func() {
			end := time.Now().Add(life(e.Step, mean))
			for time.Now().Before(end) {
				client.Write([]byte("ping"))
				time.Sleep(e.steps(0.4))
			}
			client.Close()
		}()
	})
}

// Partitions are assigned, one goroutine each; now and then all are revoked, and others assigned.
func consumerGroup(e *Env) {
	for {
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		for i := 0; i < e.count(6, 40); i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for {
					select {
					case <-ctx.Done():
						return
					case <-time.After(e.steps(0.1)):
						work()
					}
				}
			}()
			time.Sleep(e.steps(e.Rand.ExpFloat64() / 15))
		}
		time.Sleep(e.steps(e.spread(1, 6)))
		cancel()
		wg.Wait()
	}
}

// A job that begins in every step and may take longer than a step.
func cronOverlaps(e *Env) {
	for {
		time.Sleep(e.Step)
		n := e.count(3, 15)
		go func() {
			var wg sync.WaitGroup
			for i := 0; i < n; i++ {
				wg.Add(1)
				go func() { defer wg.Done(); time.Sleep(life(e.Step, 1.2)) }()
			}
			wg.Wait()
		}()
	}
}

// An actor for each account in use; unused ones end.
func actors(e *Env) {
	var mu sync.Mutex
	mailboxes := map[int]chan int{}
	users := 10.0
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / 60))
		users += 0.1
		id := int(float64(e.Rand.Intn(int(users))))
		mu.Lock()
		box := mailboxes[id]
		if box == nil {
			box = make(chan int, 4)
			mailboxes[id] = box
			go func() {
				for {
					select {
					case <-box:
						work()
					case <-time.After(e.steps(3)):
						mu.Lock()
						if len(box) == 0 {
							delete(mailboxes, id)
							mu.Unlock()
							return
						}
						mu.Unlock()
					}
				}
			}()
		}
		select {
		case box <- 1:
		default:
		}
		mu.Unlock()
	}
}

// All clients come back after a restart, at a falling rate, and stay.
func reconnects(e *Env) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			out := make(chan string)
			go func() {
				for text := range out {
					io.WriteString(conn, text)
				}
			}()
			go func() {
				buf := make([]byte, 64)
				for {
					if _, err := conn.Read(buf); err != nil {
						close(out)
						return
					}
					out <- "ack"
				}
			}()
		}
	}()
	n := e.count(20, 120)
	pause := e.spread(0.2, 2)
	for i := 0; i < n; i++ {
		time.Sleep(time.Duration(e.Rand.ExpFloat64() * float64(e.steps(pause)) * float64(i+1) / float64(n) / 6))
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			continue
		}
		keep(conn)
		go func() {
			for {
				time.Sleep(life(e.Step, 0.7))
				io.WriteString(conn, "hi")
			}
		}()
		go io.Copy(io.Discard, conn)
	}
}

// Uploads over slow connections, through a pipe.
func uploads(e *Env) {
	mean := e.spread(0.5, 5)
	e.arrivals(e.spread(3, 12), func() {
		reader, writer := io.Pipe()
		end := time.Now().Add(life(e.Step, mean))
		go func() {
			for time.Now().Before(end) {
				time.Sleep(e.steps(0.2))
				io.WriteString(writer, "chunk")
			}
			writer.Close()
		}()
		go io.Copy(io.Discard, reader)
	})
}

// More callers than connections; waiting callers are served in turn.
func checkouts(e *Env) {
	free := make(chan int, 4)
	for i := 0; i < cap(free); i++ {
		free <- i
	}
	hold := e.steps(0.1)
	e.arrivals(e.spread(20, 38), func() {
		go func() {
			conn := <-free
			time.Sleep(hold)
			free <- conn
		}()
	})
}

// One goroutine renews each lease, another waits for its loss; more leases are taken as shards move here.
func leases(e *Env) {
	e.arrivals(e.spread(1, 5), func() {
		lost := make(chan struct{})
		go func() {
			end := time.Now().Add(life(e.Step, 12))
			for time.Now().Before(end) {
				time.Sleep(e.steps(0.3))
			}
			close(lost)
		}()
		go func() { <-lost }()
	})
}

// A backend is away for some steps: deliveries wait, and then all succeed.
func outage(e *Env) {
	var mu sync.Mutex
	back := sync.NewCond(&mu)
	away := false
	open, closed := e.steps(e.spread(0.5, 3)), e.steps(e.spread(0.5, 3))
	go func() {
		for {
			time.Sleep(open)
			mu.Lock()
			away = true
			mu.Unlock()
			time.Sleep(closed)
			mu.Lock()
			away = false
			back.Broadcast()
			mu.Unlock()
		}
	}()
	e.arrivals(e.spread(5, 30), func() {
		go func() {
			mu.Lock()
			for away {
				back.Wait()
			}
			mu.Unlock()
			time.Sleep(life(e.Step, 0.05))
		}()
	})
}

type change struct{ key int }

// Informers: each kind of object is watched by a goroutine that resyncs; kinds are discovered over time.
func watches(e *Env) {
	kinds := e.count(8, 40)
	for i := 0; i < kinds; i++ {
		changes := make(chan change)
		go func() {
			for {
				time.Sleep(life(e.Step, 0.3))
				changes <- change{i}
			}
		}()
		go func() {
			resync := time.NewTicker(e.Step)
			for {
				select {
				case <-changes:
				case <-resync.C:
				}
			}
		}()
		time.Sleep(e.steps(e.Rand.ExpFloat64() * 3 / float64(kinds)))
	}
	select {}
}

// Searches over some shards that return after the fastest three, and cancel the others.
func search(e *Env) {
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / 25))
		go func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			hits := make(chan int, 8)
			for i := 0; i < 8; i++ {
				go func() {
					select {
					case <-time.After(time.Duration(rand.ExpFloat64() * float64(e.Step) / 4)):
						hits <- i
					case <-ctx.Done():
					}
				}()
			}
			for i := 0; i < 3; i++ {
				<-hits
			}
		}()
	}
}

// A supervisor for each tenant waits for its workers, which keep running.
func supervised(e *Env) {
	e.arrivals(e.spread(0.5, 4), func() {
		go func() {
			var wg sync.WaitGroup
			for i := 0; i < 2; i++ {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for {
						time.Sleep(life(e.Step, 0.3))
						work()
					}
				}()
			}
			wg.Wait()
		}()
	})
}

// Hooks that wait for the end of the process, and are there from the start.
func hooks(e *Env) {
	ctx, cancel := context.WithCancel(context.Background())
	started := make(chan struct{})
	go func() {
		var wg sync.WaitGroup
		for i := 0; i < e.count(3, 12); i++ {
			wg.Add(1)
			go func() { defer wg.Done(); <-ctx.Done() }()
		}
		errs := make(chan error, 1)
		go func() { errs <- errors.New("never"); <-errs; <-ctx.Done() }()
		close(started)
		wg.Wait()
	}()
	<-started
	time.AfterFunc(e.steps(1e6), cancel)
	select {}
}

// Jobs that users start, which take many steps, and report their progress.
func longJobs(e *Env) {
	e.arrivals(e.spread(1, 6), func() {
		progress := make(chan int)
		end := time.Now().Add(life(e.Step, 6))
		go func() {
			for i := 0; time.Now().Before(end); i++ {
				time.Sleep(e.steps(0.25))
				progress <- i
			}
			close(progress)
		}()
		go func() {
			for range progress {
				work()
			}
		}()
	})
}

// Each shard has a janitor from its first use on.
func janitors(e *Env) {
	seen := map[int]bool{}
	shards := e.count(16, 64)
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / 10))
		shard := e.Rand.Intn(shards)
		if seen[shard] {
			continue
		}
		seen[shard] = true
		go func() {
			for range time.Tick(e.steps(0.3)) {
				work()
			}
		}()
	}
}

// Each document that is being edited has a goroutine that saves it when nobody types.
func debounced(e *Env) {
	quiet := e.spread(0.3, 1.5)
	e.arrivals(e.spread(3, 15), func() {
		typed := make(chan struct{})
		go func() {
			for i := 0; i < 1+rand.Intn(8); i++ {
				time.Sleep(life(e.Step, quiet/3))
				select {
				case typed <- struct{}{}:
				case <-time.After(e.steps(quiet)):
					return
				}
			}
		}()
		go func() {
			for {
				select {
				case <-typed:
				case <-time.After(e.steps(quiet)):
					return
				}
			}
		}()
	})
}

// Workers of queues that are mostly empty: all of them there from the start, and some more when the settings are reloaded.
func standby(e *Env) {
	queues := make([]chan int, e.count(4, 30))
	for i := range queues {
		queues[i] = make(chan int)
		go standbyWorker(queues[i])
	}
	more, later := e.count(2, 10), e.steps(e.spread(0.5, 5))
	go func() {
		time.Sleep(later)
		for i := 0; i < more; i++ {
			go standbyWorker(make(chan int))
		}
	}()
	for {
		time.Sleep(life(e.Step, 0.5))
		select {
		case queues[e.Rand.Intn(len(queues))] <- 1:
		default:
		}
	}
}

func standbyWorker(queue chan int) {
	for n := range queue {
		_ = n
		work()
	}
}
