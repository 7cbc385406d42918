package healthy

import (
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"
)

// What comes and rightly stays.
func init() {
	All["ticker-per-tenant"] = func(e *Env) { e.arrivals(e.spread(1, 8), func() { go tenantTicker(e.steps(0.05)) }) }
	All["worker-per-tenant"] = func(e *Env) { tenants(e, tenantWorker) }
	All["loop-per-tenant"] = func(e *Env) { tenants(e, tenantLoop) }
	All["tenants-level-off"] = func(e *Env) {
		for i := 1.0; ; i++ {
			time.Sleep(e.steps(e.Rand.ExpFloat64() * i / 20))
			go tenantTicker(e.steps(0.05))
		}
	}
	All["websockets"] = func(e *Env) { websockets(e, e.spread(2, 12), 1e6) }
	All["websockets-leave"] = func(e *Env) { websockets(e, e.spread(3, 15), e.spread(2, 10)) }
	All["websockets-busy"] = func(e *Env) { busySockets(e, e.spread(2, 10)) }
	All["subscribers"] = subscribers
	All["pool-grows-with-load"] = poolGrows
	All["pool-scales"] = poolScales
	All["client-pool-grows"] = clientPool
	All["cache-warms"] = cacheWarms
	All["shards-assigned"] = shards
	All["lazy-workers"] = lazyWorkers
	All["sessions"] = func(e *Env) { e.arrivals(e.spread(2, 10), func() { go session(life(e.Step, 4)) }) }
	All["streams-live-long"] = streams
	All["idle-conns"] = idleConns
}

func tenantTicker(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for range ticker.C {
		work()
	}
}

func tenants(e *Env, run func(jobs chan int)) {
	var mu sync.Mutex
	var all []chan int
	go func() {
		for {
			time.Sleep(e.Step / 100)
			mu.Lock()
			for _, jobs := range all {
				select {
				case jobs <- 1:
				default:
				}
			}
			mu.Unlock()
		}
	}()
	e.arrivals(e.spread(1, 8), func() {
		jobs := make(chan int, 1)
		mu.Lock()
		all = append(all, jobs)
		mu.Unlock()
		go run(jobs)
	})
}

func tenantWorker(jobs chan int) {
	for range jobs {
		work()
	}
}

func tenantLoop(jobs chan int) {
	ticker := time.NewTicker(20 * time.Millisecond)
	for {
		select {
		case <-jobs:
			work()
		case <-ticker.C:
			work()
		}
	}
}

type socket struct {
	conn net.Conn
	send chan string
}

func (s *socket) readPump(done chan struct{}) {
	buf := make([]byte, 256)
	for {
		if _, err := s.conn.Read(buf); err != nil {
			close(done)
			return
		}
	}
}

func (s *socket) writePump(done chan struct{}, ping time.Duration) {
	ticker := time.NewTicker(ping)
	defer ticker.Stop()
	for {
		select {
		case text := <-s.send:
			s.conn.Write([]byte(text))
		case <-ticker.C:
			s.conn.Write([]byte("ping"))
		case <-done:
			return
		}
	}
}

func (s *socket) serve(ping time.Duration) {
	done := make(chan struct{})
	go s.writePump(done, ping)
	s.readPump(done)
}

func websockets(e *Env, rate, mean float64) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go (&socket{conn, make(chan string, 1)}).serve(e.steps(0.3))
		}
	}()
	e.arrivals(rate, func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return
		}
		keep(conn)
		if mean < 1e6 {
			time.AfterFunc(life(e.Step, mean), func() { conn.Close() })
		}
	})
}

func busySockets(e *Env, rate float64) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go (&socket{conn, make(chan string, 1)}).serve(time.Second)
		}
	}()
	var mu sync.Mutex
	var all []net.Conn
	go func() {
		for {
			time.Sleep(e.Step / 50)
			mu.Lock()
			for _, conn := range all {
				conn.Write([]byte("hello"))
			}
			mu.Unlock()
		}
	}()
	e.arrivals(rate, func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			mu.Lock()
			all = append(all, conn)
			mu.Unlock()
			go io.Copy(io.Discard, conn)
		}
	})
}

func subscribers(e *Env) {
	var mu sync.Mutex
	all := map[chan string]bool{}
	go func() {
		for {
			time.Sleep(e.Step / 20)
			mu.Lock()
			for each := range all {
				select {
				case each <- "news":
				default:
				}
			}
			mu.Unlock()
		}
	}()
	e.arrivals(e.spread(2, 10), func() {
		ch := make(chan string, 1)
		mu.Lock()
		all[ch] = true
		mu.Unlock()
		go func() {
			for text := range ch {
				_ = text
				work()
			}
		}()
	})
}

func poolGrows(e *Env) {
	jobs := make(chan int)
	rate := 20.0
	go e.arrivals(e.spread(1, 6), func() { rate *= 1.05; go poolWorker(jobs) })
	for {
		time.Sleep(e.steps(1 / rate / 20))
		select {
		case jobs <- 1:
		default:
		}
	}
}

func poolWorker(jobs chan int) {
	for range jobs {
		work()
	}
}

func poolScales(e *Env) {
	jobs := make(chan int, 256)
	for i := 0; i < 4; i++ {
		go scaled(jobs, e.steps(1e6))
	}
	load := e.spread(20, 200)
	for i := 0; ; i++ {
		time.Sleep(e.steps(1 / load))
		load *= 1.003
		jobs <- i
		if len(jobs) > 2 {
			go scaled(jobs, e.steps(1.5))
		}
	}
}

func scaled(jobs chan int, idle time.Duration) {
	for {
		select {
		case <-jobs:
			time.Sleep(time.Duration(30 * time.Millisecond))
		case <-time.After(idle):
			return
		}
	}
}

func clientPool(e *Env) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000, MaxIdleConns: 1000}}
	users := 1.0
	for {
		time.Sleep(e.steps(0.05))
		users += e.Rand.Float64() * 0.4
		var wg sync.WaitGroup
		for i := 0; i < int(users); i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				response, err := client.Get(e.URL)
				if err == nil {
					io.Copy(io.Discard, response.Body)
					response.Body.Close()
				}
			}()
		}
		wg.Wait()
	}
}

func cacheWarms(e *Env) {
	keys := e.count(10, 100)
	for i := 0; i < keys; i++ {
		go func() {
			for {
				time.Sleep(e.steps(0.2))
				work()
			}
		}()
		time.Sleep(e.steps(e.Rand.ExpFloat64() * 4 / float64(keys)))
	}
}

func shards(e *Env) {
	for i := 0; i < 16; i++ {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / 4))
		stop := make(chan struct{})
		go func() {
			ticker := time.NewTicker(e.steps(0.25))
			for {
				select {
				case <-ticker.C:
					work()
				case <-stop:
					return
				}
			}
		}()
	}
}

func lazyWorkers(e *Env) {
	jobs := make(chan int)
	for i := 0; i < 4*runtime.NumCPU(); i++ {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / 3))
		go poolWorker(jobs)
	}
}

func session(ttl time.Duration) {
	time.Sleep(ttl)
}

func streams(e *Env) {
	e.arrivals(e.spread(3, 12), func() {
		messages := make(chan int)
		long := life(e.Step, 8)
		go func() {
			end := time.Now().Add(long)
			for time.Now().Before(end) {
				messages <- 1
				time.Sleep(5 * time.Millisecond)
			}
			close(messages)
		}()
		go func() {
			for range messages {
				work()
			}
		}()
	})
}

// Users of a service who keep their connections; at first their number grows.
func idleConns(e *Env) {
	e.arrivals(e.spread(2, 10), func() {
		conn, err := net.Dial("tcp", e.URL[len("http://"):])
		if err == nil {
			keep(conn)
			io.WriteString(conn, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
		}
	})
}
