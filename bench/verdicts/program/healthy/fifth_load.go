package healthy

import (
	"container/list"
	"context"
	"math/rand"
	"sync"
	"time"
)

// Each reload starts a generation of workers; those of the previous one end when their jobs are done, which can take long.
func generations(e *Env) {
	workers, job := e.count(3, 12), e.spread(0.2, 6)
	for {
		jobs, retired := make(chan struct{}), make(chan struct{})
		for i := 0; i < workers; i++ {
			go func() {
				for {
					select {
					case <-retired:
						return
					default:
					}
					select {
					case <-jobs:
						done := make(chan struct{})
						time.AfterFunc(life(e.Step, job), func() { close(done) })
						<-done
					case <-retired:
						return
					}
				}
			}()
		}
		until := time.After(life(e.Step, 2.5))
		for reloaded := false; !reloaded; {
			select {
			case jobs <- struct{}{}:
			case <-until:
				reloaded = true
			}
		}
		close(retired)
	}
}

// Editors open projects and close them hours later; each has a file watcher, and a goroutine that batches its events.
func projectWatchers(e *Env) {
	mean := e.spread(8, 80)
	for rate := e.spread(2, 12); ; rate = max(rate*0.985, 0.5) {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		closed, changes := make(chan struct{}), make(chan string)
		time.AfterFunc(life(e.Step, mean), func() { close(closed) })
		quiet := rand.Float64() * 10
		go func() {
			for {
				select {
				case <-closed:
					close(changes)
					return
				case <-time.After(life(e.Step, quiet)):
					changes <- "saved"
				}
			}
		}()
		go func() {
			var settle <-chan time.Time
			for {
				select {
				case _, ok := <-changes:
					if !ok {
						return
					}
					settle = time.After(e.Step / 10)
				case <-settle:
					work()
					settle = nil
				}
			}
		}()
	}
}

// A limiter admits a limited number of requests; a burst queues up before it, and the queue becomes shorter.
func limiterQueue(e *Env) {
	tokens := make(chan struct{})
	pace := e.spread(10, 40)
	go func() {
		ticker := time.NewTicker(e.steps(1 / pace))
		for range ticker.C {
			tokens <- struct{}{}
		}
	}()
	usual := e.spread(0.4, 0.8) * pace
	for {
		burst := time.Now().Add(life(e.Step, 2))
		rate := usual * e.spread(1.5, 3)
		calm := burst.Add(life(e.Step, 6))
		for now := time.Now(); now.Before(calm); now = time.Now() {
			if now.After(burst) {
				rate = usual
			}
			time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
			ctx, cancel := context.WithTimeout(context.Background(), 30*e.Step)
			go func() {
				defer cancel()
				select {
				case <-tokens:
				case <-ctx.Done():
				}
			}()
		}
	}
}

// An LRU cache has a limited number of sessions, each with a goroutine; the least recently used one is evicted.
func lruSessions(e *Env) {
	type session struct {
		id     int
		touch  chan struct{}
		closed chan struct{}
	}
	room := e.count(20, 150)
	users := e.spread(float64(room), 4*float64(room))
	order, byID := list.New(), map[int]*list.Element{}
	e.arrivals(e.spread(8, 40), func() {
		id := int(e.Rand.ExpFloat64() * users)
		if element := byID[id]; element != nil {
			order.MoveToFront(element)
			select {
			case element.Value.(*session).touch <- struct{}{}:
			default:
			}
			return
		}
		s := &session{id, make(chan struct{}), make(chan struct{})}
		byID[id] = order.PushFront(s)
		go func() {
			for {
				select {
				case <-s.touch:
					work()
				case <-s.closed:
					return
				}
			}
		}()
		if order.Len() > room {
			last := order.Remove(order.Back()).(*session)
			delete(byID, last.id)
			close(last.closed)
		}
	})
}

// Failed requests are retried with growing delays; a third party fails more often on some days.
func timedRetries(e *Env) {
	fails := e.spread(0.3, 0.8)
	e.requests(e.spread(2, 15), func() {
		stop := make(chan struct{})
		for wait := 0.3; wait < 8; wait *= 2 {
			work()
			if rand.Float64() > fails {
				return
			}
			timer := time.NewTimer(time.Duration(wait * (0.5 + rand.Float64()) * float64(e.Step)))
			select {
			case <-timer.C:
			case <-stop:
				return
			}
		}
	})
}

// A tenant that signs up gets an exporter with a queue, which sends at intervals, and stays.
func exporters(e *Env) {
	every := e.steps(e.spread(0.5, 10))
	var queues []chan int
	var sizes sync.Map
	rate := e.spread(1, 8)
	most := e.count(15, 90)
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / (rate + 5)))
		if len(queues) < most && e.Rand.Float64() < rate/(rate+5) {
			queue := make(chan int, 32)
			queues = append(queues, queue)
			go func() {
				batch := []int{}
				ticker := time.NewTicker(every)
				for {
					select {
					case span := <-queue:
						batch = append(batch, span)
					case <-ticker.C:
						sizes.Store(queue, len(batch))
						batch = batch[:0]
					}
				}
			}()
		}
		if len(queues) > 0 {
			select {
			case queues[e.Rand.Intn(len(queues))] <- 1:
			default:
			}
		}
	}
}

// Trainers wait for each other at the end of each round; more join in the meantime.
func elasticBarrier(e *Env) {
	var mu sync.Mutex
	round := sync.NewCond(&mu)
	members, here, turn := 0, 0, 0
	most := e.count(8, 60)
	mean := e.spread(0.2, 3)
	e.arrivals(e.spread(0.5, 5), func() {
		mu.Lock()
		defer mu.Unlock()
		if members == most {
			return
		}
		members++
		go func() {
			for {
				time.Sleep(life(e.Step, mean))
				mu.Lock()
				mine := turn
				if here++; here >= members {
					here = 0
					turn++
					round.Broadcast()
				}
				for turn == mine {
					round.Wait()
				}
				mu.Unlock()
			}
		}()
	})
}

// Jobs wait for one of the encoders; a job has three stages, with a few frames between them.
func transcodes(e *Env) {
	encoders := make(chan struct{}, e.count(2, 8))
	frame := e.spread(0.02, 0.1)
	length := e.spread(10, 80)
	rate := float64(cap(encoders)) / (frame * length) * e.spread(0.6, 1.3)
	for {
		for i := e.count(1, 6); i > 0; i-- {
			go func() {
				encoders <- struct{}{}
				defer func() { <-encoders }()
				read, coded := make(chan int, 2), make(chan int, 2)
				go func() {
					defer close(read)
					for i := 1 + int(rand.ExpFloat64()*length); i > 0; i-- {
						read <- i
					}
				}()
				go func() {
					defer close(coded)
					for each := range read {
						time.Sleep(life(e.Step, frame))
						coded <- each
					}
				}()
				for range coded {
				}
			}()
		}
		time.Sleep(e.steps(e.Rand.ExpFloat64() * 3 / rate))
	}
}

// A key is refreshed before it expires, as long as it is requested.
func refreshAhead(e *Env) {
	type entry struct{ asked chan struct{} }
	var mu sync.Mutex
	entries := map[int]*entry{}
	every, idle := e.steps(e.spread(0.5, 3)), e.steps(e.spread(4, 20))
	keys := e.spread(10, 80)
	e.requests(e.spread(5, 30), func() {
		mu.Lock()
		defer mu.Unlock()
		key := int(rand.ExpFloat64() * keys)
		if have := entries[key]; have != nil {
			select {
			case have.asked <- struct{}{}:
			default:
			}
			return
		}
		fresh := &entry{make(chan struct{}, 1)}
		entries[key] = fresh
		go func() {
			last := time.Now()
			for {
				select {
				case <-fresh.asked:
					last = time.Now()
				case <-time.After(every):
					if time.Since(last) > idle {
						mu.Lock()
						delete(entries, key)
						mu.Unlock()
						return
					}
					work()
				}
			}
		}()
	})
}

// One shard is unreachable for some steps: calls to it end with a timeout, or fail at once when its limit is reached.
func partitioned(e *Env) {
	type shard struct {
		slots chan struct{}
		away  bool
	}
	var mu sync.Mutex
	shards := make([]*shard, e.count(3, 10))
	limit := e.count(10, 60)
	for i := range shards {
		shards[i] = &shard{slots: make(chan struct{}, limit)}
	}
	timeout := e.steps(e.spread(2, 10))
	length := e.spread(2, 10)
	go func() {
		for {
			time.Sleep(life(e.Step, 3))
			s := shards[rand.Intn(len(shards))]
			mu.Lock()
			s.away = true
			mu.Unlock()
			time.Sleep(life(e.Step, length))
			mu.Lock()
			s.away = false
			mu.Unlock()
		}
	}()
	e.requests(e.spread(10, 60), func() {
		s := shards[rand.Intn(len(shards))]
		select {
		case s.slots <- struct{}{}:
		default:
			return
		}
		defer func() { <-s.slots }()
		mu.Lock()
		away := s.away
		mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		answer := make(chan struct{})
		if !away {
			time.AfterFunc(life(e.Step, 0.1), func() { close(answer) })
		}
		select {
		case <-answer:
		case <-ctx.Done():
		}
	})
}
