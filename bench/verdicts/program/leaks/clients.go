package leaks

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

var audit = sync.OnceValue(func() *log.Logger {
	_, writer := io.Pipe()
	return log.New(writer, "", 0)
})

// logSomething writes to a pipe whose reader is gone.
func logSomething() { audit().Println("signed in") }

var patientServer = sync.OnceValue(func() string {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	result := make(chan string)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, <-result)
	}))
	return "http://" + listener.Addr().String()
})

// hangUp gives up soon; the handler does not check the context of its request.
func hangUp() {
	url := patientServer()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
	if response, err := http.DefaultClient.Do(request); err == nil {
		response.Body.Close()
	}
}

type topic struct {
	mu      sync.Mutex
	arrived *sync.Cond
	queue   []string
}

// subscribe is called for each request, and never undone.
func (b *topic) subscribe() {
	b.arrived = sync.NewCond(&b.mu)
	go b.deliver()
}

func (b *topic) deliver() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		for len(b.queue) == 0 {
			b.arrived.Wait()
		}
		b.queue = b.queue[1:]
	}
}

type producer struct {
	input, retries chan string
	closing        chan struct{}
}

// newProducer makes a client with its background goroutines, sends one message, and forgets it.
func newProducer() {
	p := &producer{make(chan string), make(chan string), make(chan struct{})}
	go p.refresh(10 * time.Minute)
	go p.dispatch()
	go func() {
		for range p.retries {
		}
	}()
	p.input <- "order"
}

func (p *producer) refresh(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-p.closing:
			return
		}
	}
}

func (p *producer) dispatch() {
	for message := range p.input {
		_ = message
	}
}

// reload starts a new watcher of the file, and does not stop the old one.
func reload() {
	events, errs := make(chan byte), make(chan error)
	read, write, err := os.Pipe()
	if err != nil {
		return
	}
	go func() {
		_ = write
		buf := make([]byte, 1)
		if _, err := read.Read(buf); err != nil {
			errs <- err
		}
		events <- buf[0]
		write.Close()
	}()
	go func() {
		for {
			select {
			case <-events:
			case <-errs:
				return
			}
		}
	}()
}
