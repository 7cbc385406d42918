// Package healthy has what goes on in services where nothing leaks. Most of it gathers goroutines for a while, or for good.
package healthy

import (
	"math"
	"math/rand"
	"net"
	"sync"
	"time"
)

// Env is what a subject is given.
type Env struct {
	// Rand is for the subject's own goroutine.
	Rand *rand.Rand
	// Step is the time between dumps.
	Step time.Duration
	// URL is that of the service.
	URL string
}

// All is name → subject, which runs until the process ends.
var All = map[string]func(*Env){}

// steps is a time of so many steps.
func (e *Env) steps(n float64) time.Duration { return time.Duration(n * float64(e.Step)) }

// spread is a number between from and to, as often in each octave.
func (e *Env) spread(from, to float64) float64 {
	return from * math.Pow(to/from, e.Rand.Float64())
}

// count is a whole one.
func (e *Env) count(from, to float64) int { return int(math.Round(e.spread(from, to))) }

// arrivals calls f at random, rate times a step.
func (e *Env) arrivals(rate float64, f func()) {
	for {
		time.Sleep(e.steps(e.Rand.ExpFloat64() / rate))
		f()
	}
}

// life is a random time with a mean of so many steps.
func life(step time.Duration, mean float64) time.Duration {
	return time.Duration(rand.ExpFloat64() * mean * float64(step))
}

// work keeps a goroutine busy for a moment.
func work() { time.Sleep(time.Duration(rand.Intn(200)) * time.Microsecond) }

var (
	keptMu sync.Mutex
	kept   []net.Conn
)

// keep holds on to a connection: the garbage collector closes one that nobody holds.
func keep(conn net.Conn) {
	keptMu.Lock()
	kept = append(kept, conn)
	keptMu.Unlock()
}
