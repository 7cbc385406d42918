// Package producer publishes messages and gives up on slow brokers. What it gives up on, it leaves behind.
package producer

import (
	"context"
	"runtime/pprof"
	"time"
)

// Producer publishes to one topic.
type Producer struct {
	Topic string
	// Broker is how long the broker takes, Patience how long the producer waits.
	Broker, Patience time.Duration
	// Fixed gives the answer of the broker a place to go when nobody waits for it any more.
	Fixed bool
}

// Publish sends one message. It reports whether the broker answered in time.
func (p *Producer) Publish() (ok bool) {
	size := 0
	if p.Fixed {
		size = 1
	}
	answer := make(chan error, size)
	pprof.Do(context.Background(), pprof.Labels("topic", p.Topic), func(context.Context) {
		go p.send(answer)
	})
	select {
	case <-answer:
		return true
	case <-time.After(p.Patience):
		return false
	}
}

// send waits for the broker, then to hand on its answer: for ever, if Publish has gone.
func (p *Producer) send(answer chan<- error) {
	time.Sleep(p.Broker)
	answer <- nil
}
