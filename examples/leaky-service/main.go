// Command content_svr is a service that leaks goroutines in two places, and dumps them to its own log on SIGUSR2.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"syscall"
	"time"

	"content_svr/cron/hashtag_suggestion"
	"content_svr/pause"
	"content_svr/producer"
)

// The service stands still for this long, at least, before it is dumped.
const settle = 50 * time.Millisecond

func main() {
	interval := flag.Duration("interval", 3*time.Minute, "how often the cron job runs and the producer publishes")
	publishes := flag.Int("publishes", 4, "messages published each time")
	requests := flag.Duration("requests", 2*time.Millisecond, "how often each of three workers logs a request")
	form := flag.String("dump", "stack", "what SIGUSR2 writes to stdout: stack (runtime.Stack), debug1, debug2 (pprof)")
	how := flag.String("write", whole, "how it does: whole, while nothing is logged; or, while requests are logged, by lines or by so many bytes")
	report := flag.String("report", "", "append the truth to this file: runtime.NumGoroutine and pprof, while all stands still")
	address := flag.String("pprof", "", "serve /debug/pprof at this address, such as 127.0.0.1:6060")
	fixed := flag.Bool("fixed", false, "run the corrected code")
	flag.Parse()

	log.SetOutput(os.Stdout)
	write, err := writer(*how)
	if err != nil {
		log.Fatal(err)
	}
	for worker := range 3 {
		go serve(worker, *requests, *how != whole)
	}
	cron := &hashtag_suggestion.Cron{Fixed: *fixed}
	messages := &producer.Producer{Topic: "hashtags", Broker: 2 * time.Millisecond, Patience: time.Millisecond, Fixed: *fixed}
	go every(*interval, func() { cron.Run(5) })
	go every(*interval, func() {
		for range *publishes {
			messages.Publish()
		}
	})

	if *address != "" {
		listener, err := net.Listen("tcp", *address)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprintf(os.Stderr, "content_svr: http://%s/debug/pprof/\n", listener.Addr())
		go http.Serve(listener, nil)
	}

	dumps := make(chan os.Signal, 1)
	signal.Notify(dumps, syscall.SIGUSR2)
	fmt.Fprintf(os.Stderr, "content_svr %d: kill -USR2 %d dumps all goroutines to stdout\n", os.Getpid(), os.Getpid())
	for n := 1; ; n++ {
		<-dumps
		pause.Still(func() {
			time.Sleep(max(settle, 2**requests))
			write(os.Stdout, dump(*form))
			if *report != "" {
				tell(*report, n)
			}
		})
	}
}

// every runs work at once and then at each tick.
func every(interval time.Duration, work func()) {
	for ; ; time.Sleep(interval) {
		pause.Work(work)
	}
}

// serve logs requests, in the two forms that the service has come to use. The busy do not stand still for a dump.
func serve(worker int, between time.Duration, busy bool) {
	access := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	for request := 0; ; request++ {
		handle := func() {
			if worker == 0 {
				log.Printf("refreshed %d keys", request)
			} else {
				access.Info("request handled", "worker", worker, "request", request, "path", "/api/v1/items", "status", 200)
			}
		}
		if busy {
			handle()
		} else {
			pause.Work(handle)
		}
		time.Sleep(between)
	}
}

func dump(form string) []byte {
	var out bytes.Buffer
	switch form {
	case "debug1":
		pprof.Lookup("goroutine").WriteTo(&out, 1)
	case "debug2":
		pprof.Lookup("goroutine").WriteTo(&out, 2)
	default:
		for size := 1 << 20; ; size *= 2 {
			buf := make([]byte, size)
			if n := runtime.Stack(buf, true); n < size {
				return buf[:n]
			}
		}
	}
	return out.Bytes()
}

// tell appends what the runtime itself counts to a file: first NumGoroutine, then the profile, after the dump.
func tell(path string, n int) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	fmt.Fprintf(file, "dump %d: runtime.NumGoroutine %d\n", n, runtime.NumGoroutine())
	pprof.Lookup("goroutine").WriteTo(file, 1)
}
