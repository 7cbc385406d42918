package healthy

import (
	"context"
	"io"
	"math"
	"net/http"
	"sync"
	"time"
)

// What comes and goes.
func init() {
	All["retry-storm"] = retryStorm
	All["hanging-backend"] = hangingBackend
	All["partition"] = partition
	All["burst"] = burst
	All["back-pressure"] = backPressure
	All["slow-consumer"] = slowConsumer
	All["lock-contention"] = lockContention
	All["rwlock-contention"] = rwContention
	All["semaphore"] = semaphore
	All["batches"] = batches
	All["cron"] = cron
	All["long-poll"] = longPoll
	All["cond-queue"] = condQueue
	All["elastic-pool"] = elasticPool
	All["rate-limit"] = rateLimit
	All["load-of-the-day"] = loadOfDay
	All["request-contexts"] = contexts
	All["futures"] = futures
	All["steady-pool"] = func(e *Env) { steadyPool(e); select {} }
	All["single-flight"] = singleFlight
}

func retryStorm(e *Env) {
	for {
		time.Sleep(e.steps(e.spread(0.5, 4)))
		n := e.count(20, 150)
		long := e.spread(0.3, 2.5)
		for i := 0; i < n; i++ {
			go retry(life(e.Step, long))
			time.Sleep(e.steps(0.3 / float64(n)))
		}
	}
}

func retry(long time.Duration) {
	end := time.Now().Add(long)
	for pause := 2 * time.Millisecond; time.Now().Before(end); pause *= 2 {
		time.Sleep(min(pause, time.Until(end)))
	}
}

func hangingBackend(e *Env) {
	e.arrivals(e.spread(3, 15), func() {
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), e.steps(2.5))
			defer cancel()
			request, _ := http.NewRequestWithContext(ctx, "GET", e.URL+"/slow", nil)
			response, err := http.DefaultClient.Do(request)
			if err == nil {
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}()
	})
}

// For some steps nothing gets through; then everything continues.
func partition(e *Env) {
	for {
		heals := make(chan struct{})
		end := time.Now().Add(e.steps(e.spread(1.5, 5)))
		for time.Now().Before(end) {
			time.Sleep(e.steps(e.Rand.ExpFloat64() / 8))
			go func() { <-heals }()
		}
		close(heals)
		time.Sleep(e.steps(e.spread(0.5, 3)))
	}
}

func burst(e *Env) {
	time.Sleep(e.steps(e.spread(0.5, 6)))
	n := e.count(20, 200)
	for i := 0; i < n; i++ {
		done := make(chan struct{})
		time.AfterFunc(life(e.Step, 1), func() { close(done) })
		go func() { <-done }()
	}
}

func backPressure(e *Env) {
	first, second := make(chan int), make(chan int)
	for i := 0; i < e.count(4, 40); i++ {
		go produce(first)
	}
	for i := 0; i < 4; i++ {
		go transform(first, second)
	}
	for range second {
		time.Sleep(time.Millisecond)
	}
}

func produce(to chan<- int) {
	for i := 0; ; i++ {
		to <- i
	}
}

func transform(from <-chan int, to chan<- int) {
	for n := range from {
		to <- n
	}
}

// The producers wait most of the time, and continue one after the other.
func slowConsumer(e *Env) {
	queue := make(chan int)
	for i := 0; i < e.count(4, 30); i++ {
		go produce(queue)
	}
	for range queue {
		time.Sleep(e.steps(0.02))
	}
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add(hold time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	time.Sleep(hold)
}

func lockContention(e *Env) {
	var c counter
	for i := 0; i < e.count(4, 24); i++ {
		go func() {
			for {
				c.add(200 * time.Microsecond)
				work()
			}
		}()
	}
}

type table struct {
	mu   sync.RWMutex
	rows map[int]int
}

func rwContention(e *Env) {
	t := &table{rows: map[int]int{}}
	for i := 0; i < e.count(4, 30); i++ {
		go func() {
			for {
				t.mu.RLock()
				_ = t.rows[i]
				time.Sleep(100 * time.Microsecond)
				t.mu.RUnlock()
			}
		}()
	}
	for i := 0; ; i++ {
		t.mu.Lock()
		t.rows[i%100] = i
		t.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

func semaphore(e *Env) {
	slots := make(chan struct{}, 8)
	e.arrivals(e.spread(30, 100), func() {
		go func() {
			slots <- struct{}{}
			time.Sleep(e.steps(0.05))
			<-slots
		}()
	})
}

func batches(e *Env) {
	for {
		var wg sync.WaitGroup
		for i := 0; i < e.count(10, 80); i++ {
			wg.Add(1)
			go func() { defer wg.Done(); time.Sleep(life(e.Step, 0.4)) }()
		}
		wg.Wait()
		time.Sleep(e.steps(e.Rand.Float64()))
	}
}

func cron(e *Env) {
	period := e.steps(e.spread(0.4, 3))
	n := e.count(10, 60)
	for range time.Tick(period) {
		for i := 0; i < n; i++ {
			go func() { time.Sleep(period / 3) }()
		}
	}
}

func longPoll(e *Env) {
	news := make(chan string)
	e.arrivals(e.spread(5, 30), func() {
		go func() {
			select {
			case <-news:
			case <-time.After(e.steps(2)):
			}
		}()
	})
}

func condQueue(e *Env) {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	items := 0
	for i := 0; i < e.count(4, 30); i++ {
		go func() {
			mu.Lock()
			for {
				for items == 0 {
					cond.Wait()
				}
				items--
				mu.Unlock()
				work()
				mu.Lock()
			}
		}()
	}
	for {
		time.Sleep(e.steps(0.01))
		mu.Lock()
		items++
		cond.Signal()
		mu.Unlock()
	}
}

func elasticPool(e *Env) {
	jobs := make(chan int)
	rate := e.spread(30, 200)
	for i := 0; ; i++ {
		time.Sleep(e.steps(1 / rate))
		select {
		case jobs <- i:
		default:
			go elastic(jobs, e.steps(0.8))
			jobs <- i
		}
	}
}

func elastic(jobs chan int, idle time.Duration) {
	timer := time.NewTimer(idle)
	for {
		timer.Reset(idle)
		select {
		case <-jobs:
			time.Sleep(5 * time.Millisecond)
		case <-timer.C:
			return
		}
	}
}

func rateLimit(e *Env) {
	tokens := make(chan struct{})
	go func() {
		for range time.Tick(e.steps(0.05)) {
			tokens <- struct{}{}
		}
	}()
	e.arrivals(15, func() { go func() { <-tokens }() })
}

func loadOfDay(e *Env) {
	rate := e.spread(10, 40)
	start := time.Now()
	for {
		phase := float64(time.Since(start)) / float64(e.Step) / 4
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate / (1.1 + math.Sin(phase))))
		done := make(chan struct{})
		time.AfterFunc(life(e.Step, 0.7), func() { close(done) })
		go func() { <-done }()
	}
}

func contexts(e *Env) {
	e.arrivals(e.spread(10, 40), func() {
		ctx, cancel := context.WithTimeout(context.Background(), life(e.Step, 1))
		go func() { defer cancel(); <-ctx.Done() }()
	})
}

func futures(e *Env) {
	e.arrivals(e.spread(10, 50), func() {
		result := make(chan int, 1)
		go func() { time.Sleep(life(e.Step, 0.5)); result <- 1 }()
		go func() { <-result }()
	})
}

func steadyPool(e *Env) {
	jobs := make(chan int)
	for i := 0; i < e.count(5, 80); i++ {
		go poolWorker(jobs)
	}
}

func singleFlight(e *Env) {
	for {
		load := make(chan struct{})
		for i := 0; i < e.count(5, 40); i++ {
			go func() { <-load }()
		}
		time.Sleep(e.steps(e.spread(0.1, 1.2)))
		close(load)
		time.Sleep(e.steps(e.Rand.Float64()))
	}
}
