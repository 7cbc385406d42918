// Command loggers dumps its own goroutines through a logger, in one of the ways in which services do that, while other goroutines
// log requests through the same logger. The log goes to stdout; the truth about it, which the logger never saw, to -truth.
//
//	loggers -logger zap-json -way field -truth truth.json > app.log
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// Sink is stdout. Every logger writes an entry with one call.
type sink struct{ mu sync.Mutex }

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return os.Stdout.Write(p)
}

// Truth is what a reader of the log should find.
type truth struct {
	Goroutines int `json:"goroutines"`
	// Functions maps a function to the goroutines that have it in their stack.
	Functions map[string]int `json:"functions"`
	// Dump is the text that was logged.
	Dump string `json:"dump"`
}

func main() {
	loggers := makers()
	name := flag.String("logger", "", "one of "+strings.Join(names(loggers), ", "))
	how := flag.String("way", "lines", "lines, fields, message, field, error, trace")
	truthFile := flag.String("truth", "", "file for the truth, as JSON")
	flag.Parse()
	maker, ok := loggers[*name]
	if !ok {
		fmt.Fprintf(os.Stderr, "loggers: -logger is one of %s\n", strings.Join(names(loggers), ", "))
		os.Exit(2)
	}
	log := maker(&sink{})

	start()
	stop := requests(log)
	time.Sleep(2 * time.Millisecond)
	var t truth
	switch *how {
	case "lines", "fields", "message", "field":
		t = whole()
	case "error", "trace":
		t = truth{Functions: map[string]int{}}
	default:
		fmt.Fprintf(os.Stderr, "loggers: no way %s\n", *how)
		os.Exit(2)
	}
	lines := strings.Split(strings.TrimSuffix(t.Dump, "\n"), "\n")
	switch *how {
	case "lines":
		for i, line := range lines {
			log.line(line)
			breathe(i)
		}
	case "fields":
		for i, line := range lines {
			log.lineWithFields(line)
			breathe(i)
		}
	case "message":
		log.line(t.Dump)
	case "field":
		log.field("goroutines of this process", "stacktrace", t.Dump)
	case "error":
		err := recovered()
		t = truth{Goroutines: 1, Functions: map[string]int{"main.charge": 1}, Dump: err.Error()}
		log.error("request failed", err)
	case "trace":
		// The logger's own stack trace, which is of no goroutine.
		log.error("request failed", errors.New("no such order"))
	}
	time.Sleep(2 * time.Millisecond)
	stop()
	log.flush()
	if *truthFile != "" {
		text, err := json.MarshalIndent(t, "", " ")
		if err == nil {
			err = os.WriteFile(*truthFile, append(text, '\n'), 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "loggers:", err)
			os.Exit(1)
		}
	}
}

func names(loggers map[string]func(*sink) logger) []string {
	var all []string
	for name := range loggers {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// Whole is runtime.Stack of all goroutines. None starts or ends while the program logs.
func whole() truth {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	return truth{
		Goroutines: runtime.NumGoroutine(),
		Functions:  map[string]int{"main.whole": 1, "main.receive": 3, "main.lock": 2, "main.idle": 2, "main.request": loggingGoroutines},
		Dump:       string(buf),
	}
}

// Recovered is the error of a handler that panicked, with its stack, as middleware makes it.
func recovered() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = tracedError{fmt.Sprint(r), debug.Stack()}
		}
	}()
	charge(nil)
	return nil
}

type tracedError struct {
	reason string
	stack  []byte
}

func (e tracedError) Error() string { return fmt.Sprintf("handler: %s\n%s", e.reason, e.stack) }

//go:noinline
func charge(account map[string]int) { account["balance"]-- }

// Lets the requests come between the lines of a dump.
func breathe(i int) {
	if i%10 == 9 {
		time.Sleep(300 * time.Microsecond)
	}
}

// Goroutines that are known by the functions they wait in.
func start() {
	var waiting sync.WaitGroup
	spawn := func(n int, f func()) {
		for range n {
			waiting.Add(1)
			go func() {
				waiting.Done()
				f()
			}()
		}
	}
	var mutex sync.Mutex
	mutex.Lock()
	queue := make(chan int)
	spawn(3, func() { receive(queue) })
	spawn(2, func() { lock(&mutex) })
	spawn(2, idle)
	waiting.Wait()
	time.Sleep(5 * time.Millisecond)
}

//go:noinline
func receive(queue chan int) { <-queue }

//go:noinline
func lock(mutex *sync.Mutex) { mutex.Lock() }

//go:noinline
func idle() { select {} }

const loggingGoroutines = 2

// Logs requests from goroutines of their own until told to stop. Each has logged one when it returns: it has request in its stack.
func requests(log logger) (stop func()) {
	done := make(chan struct{})
	var begun, ended sync.WaitGroup
	for worker := range loggingGoroutines {
		begun.Add(1)
		ended.Add(1)
		go func() {
			defer ended.Done()
			request(log, worker, done, &begun)
		}()
	}
	begun.Wait()
	return func() {
		close(done)
		ended.Wait()
	}
}

//go:noinline
func request(log logger, worker int, done chan struct{}, begun *sync.WaitGroup) {
	for n := 1; ; n++ {
		log.line(fmt.Sprintf("request %d of worker %d handled", n, worker))
		if n == 1 {
			begun.Done()
		}
		select {
		case <-done:
			return
		case <-time.After(time.Millisecond):
		}
	}
}
