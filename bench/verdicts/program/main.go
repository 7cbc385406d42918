// Command shop is a service with an HTTP server, keep-alive clients, a pool, a cache and a ticker. Next to them runs one subject:
// a leak that is called at random times, or something healthy. It prints dumps of itself, each after a line of log.
package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"

	"example.com/shop/hangs"
	"example.com/shop/healthy"
	"example.com/shop/leaks"
	"example.com/shop/suite"
)

func main() {
	subject := flag.String("subject", "", "name of a leak or of something healthy")
	list := flag.Bool("list", false, "print the names of all subjects")
	seed := flag.Int64("seed", 1, "")
	dumps := flag.Int("dumps", 8, "")
	step := flag.Duration("step", 300*time.Millisecond, "between dumps")
	age := flag.Float64("age", 1, "steps before the first dump")
	load := flag.Float64("load", 300, "requests a second")
	callers := flag.Int("callers", 12, "clients of what hangs")
	until := flag.Float64("until", 1e9, "steps after which a leak is called no more")
	flag.Parse()
	if *list {
		for name := range suite.All {
			fmt.Println("suite", name)
		}
		for name := range leaks.All {
			fmt.Println("leak", name, setOf(leaks.Sets, name))
		}
		for name := range healthy.All {
			fmt.Println("healthy", name, setOf(healthy.Sets, name))
		}
		for name := range hangs.All {
			fmt.Println("hang", name, setOf(hangs.Sets, name))
		}
		return
	}
	name := fnv.New64()
	io.WriteString(name, *subject)
	rng := rand.New(rand.NewSource(*seed + int64(name.Sum64()>>1)))
	end := time.Now().Add(time.Duration(min(*until, 1e5) * float64(*step)))
	url := serve(rng.Int63(), *load)
	workers(rng.Int63())
	// A service with few requests has little else to do.
	busy := time.Duration(1 + 300 / *load)
	go janitor(busy * 25 * time.Millisecond)
	go report(busy * 50 * time.Millisecond)
	leaks.Step = *step
	env := &healthy.Env{Rand: rand.New(rand.NewSource(rng.Int63())), Step: *step, URL: url}
	if f := suite.All[*subject]; f != nil {
		go callAtRandom(rng.Int63(), *step, end, f)
	} else if f := leaks.All[*subject]; f != nil {
		go callAtRandom(rng.Int63(), *step, end, func() { f(url) })
	} else if f := healthy.All[*subject]; f != nil {
		go f(env)
	} else if f := hangs.All[*subject]; f != nil {
		go f(url, *callers)
	} else if *subject != "" {
		fmt.Fprintln(os.Stderr, "no subject", *subject)
		os.Exit(2)
	}
	time.Sleep(time.Duration(*age * float64(*step)))
	for i := 0; i < *dumps; i++ {
		if i > 0 {
			time.Sleep(time.Duration((0.8 + 0.4*rng.Float64()) * float64(*step)))
		}
		dump()
	}
	os.Exit(0)
}

// setOf is the later set that contains name, if any.
func setOf[F any](sets map[string]map[string]F, name string) string {
	for set, subjects := range sets {
		if _, has := subjects[name]; has {
			return set
		}
	}
	return ""
}

// buf is only as large as the dumps need, because hundreds of such processes run at the same time.
var buf = make([]byte, 128<<10)

// dump writes one dump, with a line of log before and after it.
func dump() {
	n := len(buf)
	for n == len(buf) {
		buf = make([]byte, 2*len(buf))
		n = runtime.Stack(buf, true)
	}
	fmt.Printf("%s INFO dump\n", time.Now().UTC().Format("2006-01-02T15:04:05.000Z"))
	os.Stdout.Write(buf[:n])
	fmt.Printf("%s INFO done\n", time.Now().UTC().Format("2006-01-02T15:04:05.000Z"))
}

// callAtRandom calls f as a Poisson process with 1 to 15 calls per step.
func callAtRandom(seed int64, step time.Duration, end time.Time, f func()) {
	rng := rand.New(rand.NewSource(seed))
	rate := math.Exp(rng.Float64() * math.Log(15))
	for {
		time.Sleep(time.Duration(rng.ExpFloat64() / rate * float64(step)))
		if time.Now().After(end) {
			return
		}
		go call(f)
	}
}

func call(f func()) {
	defer func() { recover() }()
	f()
}

func serve(seed int64, load float64) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	url := "http://" + listener.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("/", handle)
	mux.HandleFunc("/slow", slow)
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	const clients = 8
	for i := 0; i < clients; i++ {
		go client(rand.New(rand.NewSource(seed+int64(i))), url, load/clients)
	}
	return url
}

func handle(w http.ResponseWriter, r *http.Request) {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			time.Sleep(time.Duration(rand.ExpFloat64() * float64(3*time.Millisecond)))
		}()
	}
	jobs <- struct{}{}
	wg.Wait()
	io.WriteString(w, "ok")
}

func slow(w http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(10 * time.Second):
	}
}

func client(rng *rand.Rand, url string, rate float64) {
	for {
		time.Sleep(time.Duration(rng.ExpFloat64() / rate * float64(time.Second)))
		response, err := http.Get(url)
		if err != nil {
			continue
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

var jobs = make(chan struct{}, 64)

func workers(seed int64) {
	rng := rand.New(rand.NewSource(seed))
	for i := 0; i < 4+rng.Intn(12); i++ {
		go worker()
	}
}

func worker() {
	for range jobs {
		time.Sleep(time.Duration(rand.ExpFloat64() * float64(2*time.Millisecond)))
	}
}

var cache sync.Map

func janitor(every time.Duration) {
	ticker := time.NewTicker(every)
	stop := make(chan struct{})
	for {
		select {
		case <-ticker.C:
			cache.Range(func(k, v any) bool { cache.Delete(k); return true })
		case <-stop:
			return
		}
	}
}

func report(every time.Duration) {
	for range time.Tick(every) {
		cache.Store(time.Now(), runtime.NumGoroutine())
	}
}
