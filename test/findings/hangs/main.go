// Command hangs comes to a standstill in the way that its first argument names: kill -QUIT shows it, with the frames of the runtime.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"
)

var hangs = map[string]func(){
	"chain":       chain,
	"ring":        ring,
	"waitgroup":   waitGroup,
	"loop":        loop,
	"senders":     senders,
	"host":        host,
	"handshake":   handshake,
	"response":    response,
	"query":       query,
	"output":      output,
	"pipe":        pipe,
	"long-poll":   longPoll,
	"stream":      stream,
	"supervisor":  supervisor,
	"contention":  contention,
	"connections": connections,
}

func main() {
	go hangs[os.Args[1]]()
	time.Sleep(time.Second)
	// Without a first collection nobody has minutes.
	runtime.GC()
	time.Sleep(time.Hour)
}

func times(n int, f func()) {
	for range n {
		go f()
		time.Sleep(time.Millisecond)
	}
}

// silent accepts connections and says nothing.
func silent() string {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		var kept []net.Conn
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			kept = append(kept, conn)
		}
	}()
	return listener.Addr().String()
}

// serve begins to answer below /begun, and never does elsewhere.
func serve() string {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begun" {
			fmt.Fprintln(w, "begun")
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}))
	return "http://" + listener.Addr().String()
}
