package healthy

import (
	"context"
	"io"
	"iter"
	"math/rand"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Sixth has patterns of kinds that no earlier set has, written before the rules that knew Fifth were revised.
var Sixth = map[string]func(*Env){
	"iterators-merged":    mergedIterators,
	"callback-listeners":  callbackListeners,
	"matchmaking":         matchmaking,
	"devices-come-online": devicesOnline,
	"sessions-with-a-ttl": ttlSessions,
	"jobs-for-later":      delayedJobs,
	"proposals":           proposals,
	"plugins-on-demand":   pluginsOnDemand,
	"tailers-of-files":    tailers,
	"phases-of-a-batch":   phases,
	"bulkheads":           bulkheads,
	"approvals":           approvals,
	"members-gossip":      gossip,
	"cursors-of-reports":  cursors,
	"locks-with-a-lease":  leasedLocks,
	"auctions":            auctions,
	"terminals":           terminals,
}

// Merges pull from two iterators at a time, which wait between pulls; a merge of a large table takes some steps.
func mergedIterators(e *Env) {
	pause, length := e.spread(0.02, 0.3), e.spread(5, 60)
	numbers := func(n int) iter.Seq[int] {
		return func(yield func(int) bool) {
			for i := 0; i < n && yield(i); i++ {
			}
		}
	}
	e.requests(e.spread(1, 10), func() {
		n := 1 + int(rand.ExpFloat64()*length)
		left, stopLeft := iter.Pull(numbers(n))
		defer stopLeft()
		right, stopRight := iter.Pull(numbers(n))
		defer stopRight()
		for {
			_, hasLeft := left()
			_, hasRight := right()
			if !hasLeft && !hasRight {
				return
			}
			time.Sleep(life(e.Step, pause))
		}
	})
}

// A listener for each browser that is to return, which takes people some time; then the port is closed.
func callbackListeners(e *Env) {
	mean := e.spread(0.5, 10)
	e.arrivals(e.spread(1, 8), func() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return
		}
		go http.Serve(listener, http.NotFoundHandler())
		time.AfterFunc(life(e.Step, mean), func() { listener.Close() })
	})
}

// Players wait until there are enough for a game; at night that takes long, and all leave at once.
func matchmaking(e *Env) {
	type game struct {
		players int
		starts  chan struct{}
	}
	var mu sync.Mutex
	size := e.count(6, 60)
	lobby := &game{starts: make(chan struct{})}
	e.requests(e.spread(2, 15), func() {
		mu.Lock()
		mine := lobby
		if mine.players++; mine.players == size {
			close(mine.starts)
			lobby = &game{starts: make(chan struct{})}
		}
		mu.Unlock()
		<-mine.starts
	})
}

// Devices come online in the morning, and keep their connections: a reader and a writer each, and keep-alives now and then.
func devicesOnline(e *Env) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	beat := e.steps(e.spread(0.5, 4))
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveDevice(conn)
		}
	}()
	fleet, mean := e.count(40, 300), e.spread(20, 200)
	var online atomic.Int64
	for {
		share := 1 - float64(online.Load())/float64(fleet)
		time.Sleep(e.steps(e.Rand.ExpFloat64() / max(0.2, 12*share)))
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			continue
		}
		online.Add(1)
		go func() {
			defer online.Add(-1)
			defer conn.Close()
			for gone := time.Now().Add(life(e.Step, mean)); time.Now().Before(gone); {
				time.Sleep(time.Duration((0.5 + rand.Float64()) * float64(beat)))
				io.WriteString(conn, "ping")
			}
		}()
	}
}

func serveDevice(conn net.Conn) {
	commands := make(chan string, 4)
	go func() {
		for command := range commands {
			io.WriteString(conn, command)
		}
	}()
	defer conn.Close()
	defer close(commands)
	buf := make([]byte, 64)
	for {
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

// A session ends some time after it was last used; few are used more than a few times.
func ttlSessions(e *Env) {
	ttl := e.steps(e.spread(0.5, 5))
	again := e.spread(0.2, 2)
	e.arrivals(e.spread(2, 20), func() {
		touched, ended := make(chan struct{}, 1), make(chan struct{})
		go func() {
			expires := time.NewTimer(ttl)
			for {
				select {
				case <-touched:
					expires.Reset(ttl)
				case <-expires.C:
					close(ended)
					return
				}
			}
		}()
		go func() {
			for i := 1 + int(rand.ExpFloat64()*3); i > 0; i-- {
				select {
				case <-time.After(life(e.Step, again)):
					touched <- struct{}{}
				case <-ended:
					return
				}
			}
		}()
	})
}

// Jobs that are to run at a certain time, most of them soon, some much later; a job can be cancelled.
func delayedJobs(e *Env) {
	mean := e.spread(0.5, 6)
	for rate := e.spread(2, 15); ; rate = max(1, rate*e.spread(0.98, 1.02)) {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		off := make(chan struct{})
		at := mean
		if e.Rand.Float64() < 0.1 {
			at *= 5
		}
		due := time.NewTimer(life(e.Step, at))
		go func() {
			defer due.Stop()
			select {
			case <-due.C:
				work()
			case <-off:
			}
		}()
		if e.Rand.Float64() < 0.2 {
			close(off)
		}
	}
}

// A proposal waits until most of the nodes have it; the leader is away for a while, and then all proposals are settled.
func proposals(e *Env) {
	var mu sync.Mutex
	var open []chan struct{}
	commit, away := e.spread(0.05, 0.4), e.spread(0.5, 3)
	go func() {
		for {
			pause := commit
			if rand.Float64() < 0.05 {
				pause = away
			}
			time.Sleep(life(e.Step, pause))
			mu.Lock()
			for _, each := range open {
				close(each)
			}
			open = nil
			mu.Unlock()
		}
	}()
	e.requests(e.spread(5, 40), func() {
		mine := make(chan struct{})
		mu.Lock()
		open = append(open, mine)
		mu.Unlock()
		<-mine
	})
}

// A plugin is started when it is first used, and stays: the usual ones soon, the others during the day.
func pluginsOnDemand(e *Env) {
	type plugin struct{ calls chan chan int }
	plugins := map[int]*plugin{}
	most := e.spread(8, 60)
	e.arrivals(e.spread(5, 30), func() {
		id := int(e.spread(1, most))
		p := plugins[id]
		if p == nil {
			p = &plugin{make(chan chan int)}
			plugins[id] = p
			go func() {
				for reply := range p.calls {
					work()
					reply <- 1
				}
			}()
		}
		go func() {
			reply := make(chan int)
			p.calls <- reply
			<-reply
		}()
	})
}

// Each file that is being written has a follower, until some time after its rotation.
func tailers(e *Env) {
	mean, linger := e.spread(1, 10), e.spread(0.2, 2)
	e.arrivals(e.spread(1, 8), func() {
		rotated, lines := make(chan struct{}), make(chan string)
		go func() {
			for until := time.Now().Add(life(e.Step, mean)); time.Now().Before(until); {
				lines <- "line"
				time.Sleep(life(e.Step, 0.5))
			}
			time.Sleep(life(e.Step, linger))
			close(rotated)
		}()
		go func() {
			for {
				select {
				case <-lines:
					work()
				case <-rotated:
					return
				}
			}
		}()
	})
}

// A batch has a map phase and a reduce phase; the reducers are there from the start, and wait for the last mapper.
func phases(e *Env) {
	width, task := e.count(4, 40), e.spread(0.2, 3)
	for {
		var mapped sync.WaitGroup
		ready := make(chan struct{})
		for i := 0; i < width; i++ {
			mapped.Add(1)
			go func() {
				defer mapped.Done()
				time.Sleep(life(e.Step, task))
			}()
		}
		var reduced sync.WaitGroup
		for i := 0; i < width/2; i++ {
			reduced.Add(1)
			go func() {
				defer reduced.Done()
				<-ready
				time.Sleep(life(e.Step, task/2))
			}()
			time.Sleep(e.steps(task / float64(width)))
		}
		mapped.Wait()
		close(ready)
		reduced.Wait()
	}
}

// Each backend has its own few callers; one backend is slow for a while, and its queue grows.
func bulkheads(e *Env) {
	backends := e.count(3, 8)
	type backend struct {
		queue chan chan int
		slow  atomic.Bool
	}
	all := make([]*backend, backends)
	quick, slow := e.spread(0.02, 0.1), e.spread(0.4, 2)
	for i := range all {
		b := &backend{queue: make(chan chan int, 200)}
		all[i] = b
		for range 3 {
			go func() {
				for reply := range b.queue {
					mean := quick
					if b.slow.Load() {
						mean = slow
					}
					time.Sleep(life(e.Step, mean))
					reply <- 1
				}
			}()
		}
	}
	go func() {
		for {
			b := all[rand.Intn(len(all))]
			time.Sleep(life(e.Step, 3))
			b.slow.Store(true)
			time.Sleep(life(e.Step, 3))
			b.slow.Store(false)
		}
	}()
	e.requests(e.spread(5, 40), func() {
		b := all[rand.Intn(len(all))]
		reply := make(chan int, 1)
		select {
		case b.queue <- reply:
			<-reply
		default:
		}
	})
}

// Requests for approval wait for a person, or for the end of the day.
func approvals(e *Env) {
	mean, day := e.spread(1, 12), e.spread(10, 60)
	e.requests(e.spread(1, 12), func() {
		approved := make(chan bool, 1)
		time.AfterFunc(life(e.Step, mean), func() { approved <- true })
		select {
		case <-approved:
		case <-time.After(e.steps(day)):
		}
	})
}

// Members join a cluster one by one; each is probed from then on, and those that do not answer are removed.
func gossip(e *Env) {
	size := e.count(10, 80)
	mean, beat := e.spread(40, 400), e.spread(0.3, 3)
	var members atomic.Int64
	for {
		share := 1 - float64(members.Load())/float64(size)
		time.Sleep(e.steps(e.Rand.ExpFloat64() / max(0.1, 6*share)))
		members.Add(1)
		suspected := make(chan struct{})
		time.AfterFunc(life(e.Step, mean), func() { close(suspected) })
		go func() {
			defer members.Add(-1)
			acks := make(chan int, 1)
			for {
				select {
				case <-acks:
				case <-time.After(life(e.Step, beat)):
					acks <- 1
				case <-suspected:
					return
				}
			}
		}()
	}
}

// Reports read through cursors; for each cursor, a goroutine waits for the end of its context.
func cursors(e *Env) {
	mean := e.spread(0.5, 8)
	e.requests(e.spread(1, 12), func() {
		ctx, cancel := context.WithCancel(context.Background())
		closed := make(chan struct{})
		go func() {
			select {
			case <-ctx.Done():
			case <-closed:
			}
		}()
		rows := make(chan int)
		go func() {
			defer close(rows)
			for until := time.Now().Add(life(e.Step, mean)); time.Now().Before(until); {
				rows <- 1
				time.Sleep(e.Step / 20)
			}
		}()
		for range rows {
		}
		close(closed)
		cancel()
	})
}

// The owner of a lock renews its lease; clients that want it queue up, and give up when that takes too long.
func leasedLocks(e *Env) {
	locks := make([]chan struct{}, e.count(3, 20))
	for i := range locks {
		locks[i] = make(chan struct{}, 1)
	}
	hold, patience := e.spread(0.1, 1), e.spread(1, 6)
	e.requests(e.spread(3, 25), func() {
		lock := locks[rand.Intn(len(locks))]
		select {
		case lock <- struct{}{}:
			defer func() { <-lock }()
		case <-time.After(life(e.Step, patience)):
			return
		}
		stop := make(chan struct{})
		go func() {
			ticker := time.NewTicker(e.Step / 4)
			defer ticker.Stop()
			for {
				select {
				case <-ticker.C:
				case <-stop:
					return
				}
			}
		}()
		time.Sleep(life(e.Step, hold))
		close(stop)
	})
}

// All auctions are open for the same time; the bids of an auction go through one goroutine, and its bidders wait for its end.
func auctions(e *Env) {
	open := e.steps(e.spread(0.5, 4))
	e.arrivals(e.spread(1, 6), func() {
		bids, over := make(chan int), make(chan struct{})
		go func() {
			hammer := time.After(open)
			for {
				select {
				case <-bids:
				case <-hammer:
					close(over)
					return
				}
			}
		}()
		for i := e.count(1, 4); i > 0; i-- {
			go func() {
				for {
					select {
					case bids <- i:
						time.Sleep(life(e.Step, 0.2))
					case <-over:
						return
					}
				}
			}()
		}
	})
}

// A terminal in a browser: the goroutine that started it is gone, one reads the output of the shell, and one passes it on.
func terminals(e *Env) {
	mean, pause := e.spread(2, 30), e.spread(0.2, 3)
	e.requests(e.spread(1, 10), func() {
		read, write, err := os.Pipe()
		if err != nil {
			return
		}
		output := make(chan byte)
		go func() {
			defer read.Close()
			defer close(output)
			buf := make([]byte, 1)
			for {
				if _, err := read.Read(buf); err != nil {
					return
				}
				output <- buf[0]
			}
		}()
		go func() {
			for range output {
				work()
			}
		}()
		go func() {
			defer write.Close()
			for until := time.Now().Add(life(e.Step, mean)); time.Now().Before(until); {
				time.Sleep(life(e.Step, pause))
				write.Write([]byte{1})
			}
		}()
	})
}
