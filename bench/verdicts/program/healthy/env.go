// Package healthy has patterns of services in which nothing leaks. Most of them accumulate goroutines for a while, or for good.
package healthy

import (
	"math"
	"math/rand"
	"net"
	"sync"
	"time"
)

// Env is the environment of a subject.
type Env struct {
	// Rand is for the subject's own goroutine only.
	Rand *rand.Rand
	// Step is the time between dumps.
	Step time.Duration
	// URL is the service's URL.
	URL string
}

// All is name → subject, which runs until the process ends.
var All = map[string]func(*Env){}

// steps is the duration of n steps.
func (e *Env) steps(n float64) time.Duration { return time.Duration(n * float64(e.Step)) }

// spread is a number between from and to, log-uniform.
func (e *Env) spread(from, to float64) float64 {
	return from * math.Pow(to/from, e.Rand.Float64())
}

// count is spread, rounded.
func (e *Env) count(from, to float64) int { return int(math.Round(e.spread(from, to))) }

// arrivals calls f at random times, rate times per step on average.
func (e *Env) arrivals(rate float64, f func()) {
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		f()
	}
}

// life is a random duration with a mean of that many steps.
func life(step time.Duration, mean float64) time.Duration {
	return time.Duration(rand.ExpFloat64() * mean * float64(step))
}

// work keeps a goroutine busy for a moment.
func work() { time.Sleep(time.Duration(rand.Intn(200)) * time.Microsecond) }

var (
	keptMu sync.Mutex
	kept   []net.Conn
)

// keep holds a connection, because the garbage collector closes connections that nobody holds.
func keep(conn net.Conn) {
	keptMu.Lock()
	kept = append(kept, conn)
	keptMu.Unlock()
}
