// One program, many behaviours: -do NAME. Each line on stdin makes it dump its goroutines to stdout. The goroutines in question are
// those of package main whose function begins with "subject".
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"time"
)

var behaviours = map[string]func(){
	"send":      func() { every(func() { go subjectSend(make(chan int)) }) },
	"receive":   func() { every(func() { go subjectReceive(make(chan int)) }) },
	"range":     func() { every(func() { go subjectRange(make(chan int)) }) },
	"select":    func() { every(func() { go subjectForever() }) },
	"mutex":     func() { mu := new(sync.Mutex); mu.Lock(); every(func() { go subjectLock(mu) }) },
	"waitgroup": func() { wg := new(sync.WaitGroup); wg.Add(1); every(func() { go subjectWait(wg) }) },
	"context": func() {
		every(func() {
			ctx, cancel := context.WithCancel(context.Background())
			kept = append(kept, cancel)
			go subjectContext(ctx)
		})
	},
	"body":  body,
	"after": func() { every(func() { go subjectAfter() }) },

	"burst":   func() { time.Sleep(700 * time.Millisecond); many(100, func() { time.Sleep(300 * time.Millisecond) }) },
	"warm":    func() { pool(make(chan int), 40) },
	"growing": growing,
	"batch": func() {
		for {
			many(30, func() { time.Sleep(150 * time.Millisecond) })
			time.Sleep(200 * time.Millisecond)
		}
	},
	"restart": func() { pool(make(chan int), 20+os.Getpid()%7) },
}

var kept []context.CancelFunc

func every(f func()) {
	for {
		f()
		time.Sleep(25 * time.Millisecond)
	}
}

func subjectSend(c chan int)    { c <- 1 }
func subjectReceive(c chan int) { <-c }
func subjectRange(c chan int) {
	for range c {
	}
}
func subjectForever()                    { select {} }
func subjectLock(mu *sync.Mutex)         { mu.Lock() }
func subjectWait(wg *sync.WaitGroup)     { wg.Wait() }
func subjectContext(ctx context.Context) { <-ctx.Done() }

func subjectAfter() {
	never := make(chan int)
	for {
		select {
		case <-never:
			return
		case <-time.After(time.Hour):
		}
	}
}

func subjectWork(f func()) { f() }

func many(n int, f func()) {
	for range n {
		go subjectWork(f)
	}
}

func pool(jobs chan int, n int) {
	for range n {
		go subjectRange(jobs)
	}
	select {}
}

// Connections whose responses nobody closes: their goroutines are net/http's.
func body() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(make([]byte, 1<<20))
	}))
	every(func() {
		if _, err := http.Get(server.URL); err != nil {
			panic(err)
		}
	})
}

// Under a load that grows more goroutines are at work, and each ends.
func growing() {
	for n := 10; ; n += 2 {
		many(n, func() { time.Sleep(400 * time.Millisecond) })
		time.Sleep(100 * time.Millisecond)
	}
}

func main() {
	do := flag.String("do", "", "behaviour")
	flag.Parse()
	go behaviours[*do]()
	buf := make([]byte, 16<<20)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Printf("%s asked for a dump\n%s\n%s done\n", time.Now().Format(time.RFC3339Nano), buf[:runtime.Stack(buf, true)], time.Now().Format(time.RFC3339Nano))
	}
}
