package healthy

import (
	"context"
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync"
	"time"
)

// Rooms open and close; each has players, who move when it is their turn.
func rooms(e *Env) {
	mean := e.spread(3, 15)
	e.requests(e.spread(0.5, 3), func() {
		ctx, cancel := context.WithTimeout(context.Background(), life(e.Step, mean))
		players := make([]chan int, 2+rand.Intn(5))
		go func() {
			defer cancel()
			moves := make(chan int)
			for i := range players {
				players[i] = make(chan int)
				go func() {
					for {
						select {
						case turn := <-players[i]:
							work()
							select {
							case moves <- turn:
							case <-ctx.Done():
								return
							}
						case <-ctx.Done():
							return
						}
					}
				}()
			}
			for turn := 0; ; turn++ {
				select {
				case <-time.After(life(e.Step, 0.3)):
				case <-ctx.Done():
					return
				}
				select {
				case players[turn%len(players)] <- turn:
				case <-ctx.Done():
					return
				}
				select {
				case <-moves:
				case <-ctx.Done():
					return
				}
			}
		}()
	})
}

// A client keeps as many connections as it ever needed at the same time.
func poolWarms(e *Env) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	hold := e.spread(0.05, 0.3)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(life(e.Step, hold))
		io.WriteString(w, "ok")
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	rate, growth := e.spread(5, 40), e.spread(1.001, 1.01)
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		rate = min(rate*growth, 200)
		go func() {
			response, err := client.Get("http://" + listener.Addr().String())
			if err == nil {
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}()
	}
}

// After a deploy, partitions are handed over a few at a time; each has a fetcher, and some are nearly empty.
func partitions(e *Env) {
	merged := make(chan int, 16)
	go func() {
		for range merged {
			work()
		}
	}()
	most := e.count(20, 120)
	for given := 0; given < most; {
		n := min(e.count(1, 12), most-given)
		given += n
		go func() {
			for i := 0; i < n; i++ {
				fetched := make(chan int)
				pause := rand.ExpFloat64() * rand.ExpFloat64() * 2
				go func() {
					for i := 0; ; i++ {
						time.Sleep(life(e.Step, pause))
						fetched <- i
					}
				}()
				go func() {
					for n := range fetched {
						merged <- n
					}
				}()
			}
		}()
		time.Sleep(e.steps(e.spread(0.2, 1.5)))
	}
	select {}
}

// Clients ask for news, and the server answers when there are some, or after a timeout.
func longPolls(e *Env) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	var mu sync.Mutex
	news := make(chan struct{})
	patience := e.steps(e.spread(2, 10))
	go func() {
		for {
			time.Sleep(life(e.Step, 8))
			mu.Lock()
			close(news)
			news = make(chan struct{})
			mu.Unlock()
		}
	}()
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		next := news
		mu.Unlock()
		select {
		case <-next:
		case <-time.After(patience):
		case <-r.Context().Done():
		}
		io.WriteString(w, "news")
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	clients, pause := e.count(15, 80), e.spread(0.05, 0.3)
	for i := 0; i < clients; i++ {
		go func() {
			for {
				if response, err := client.Get("http://" + listener.Addr().String()); err == nil {
					io.Copy(io.Discard, response.Body)
					response.Body.Close()
				}
				time.Sleep(life(e.Step, 0.05))
			}
		}()
		time.Sleep(e.steps(e.Rand.ExpFloat64() * pause))
	}
	select {}
}

// Workflows wait for a person to act; most people do so within some steps, some never do, and then a timer ends the workflow.
func workflows(e *Env) {
	mean := e.spread(2, 10)
	e.requests(e.spread(2, 12), func() {
		signal, expired := make(chan string), make(chan struct{})
		deadline := time.AfterFunc(e.steps(30), func() { close(expired) })
		time.AfterFunc(life(e.Step, mean), func() {
			select {
			case signal <- "approved":
			case <-expired:
			}
		})
		go func() {
			defer deadline.Stop()
			select {
			case <-signal:
				work()
			case <-expired:
			}
		}()
	})
}
