// Command pile-up has 609 goroutines in three places wait for one lock, and one that holds it.
package main

import (
	"os"
	"runtime"
	"sync"
	"time"
)

type store struct {
	name string
	mu   sync.Mutex
	rows map[int]int
}

//go:noinline
func (s *store) get(i int) int { s.mu.Lock(); defer s.mu.Unlock(); return s.rows[i] }

//go:noinline
func (s *store) put(i int) { s.mu.Lock(); s.rows[i] = i; s.mu.Unlock() }

//go:noinline
func (s *store) size() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.rows) }

//go:noinline
func (s *store) flush(done chan int) {
	s.mu.Lock()
	<-done
	s.rows = nil
	s.mu.Unlock()
}

func main() {
	s := &store{name: "rows", rows: map[int]int{}}
	go s.flush(make(chan int))
	time.Sleep(50 * time.Millisecond)
	for i := 0; i < 459; i++ {
		go s.get(i)
	}
	for i := 0; i < 100; i++ {
		go s.put(i)
	}
	for i := 0; i < 50; i++ {
		go s.size()
	}
	for i := 0; i < 8; i++ {
		go time.Sleep(time.Hour)
	}
	time.Sleep(200 * time.Millisecond)
	buf := make([]byte, 4<<20)
	os.Stdout.Write(buf[:runtime.Stack(buf, true)])
}
