package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"net"
	"net/http"
	"os/exec"
)

// The resolver has a time-out for each question, but none for the dial.
func host() {
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		<-make(chan int)
		return nil, io.EOF
	}}
	times(2, func() { resolver.LookupHost(context.Background(), "example.org") })
}

func handshake() {
	address := silent()
	client := &http.Client{Transport: &http.Transport{}}
	times(2, func() { client.Get("https://" + address) })
}

func response() {
	url := serve()
	times(4, func() { http.Get(url) })
}

// The name says that it waits by design.
func longPoll() {
	url := serve()
	times(4, func() { pollForever(url) })
}

//go:noinline
func pollForever(url string) { http.Get(url) }

func stream() {
	url := serve()
	times(4, func() {
		response, err := http.Get(url + "/begun")
		if err == nil {
			io.Copy(io.Discard, response.Body)
		}
	})
}

type silentDriver struct{ net.Conn }

func (silentDriver) Open(address string) (driver.Conn, error) {
	conn, err := net.Dial("tcp", address)
	return silentDriver{conn}, err
}
func (d silentDriver) Prepare(string) (driver.Stmt, error) { return d, nil }
func (d silentDriver) Begin() (driver.Tx, error)           { return nil, nil }
func (d silentDriver) NumInput() int                       { return 0 }
func (d silentDriver) Exec([]driver.Value) (driver.Result, error) {
	_, err := d.Read(make([]byte, 1))
	return nil, err
}
func (d silentDriver) Query([]driver.Value) (driver.Rows, error) {
	_, err := d.Read(make([]byte, 1))
	return nil, err
}

func query() {
	sql.Register("silent", silentDriver{})
	db, _ := sql.Open("silent", silent())
	times(3, func() { db.QueryContext(context.Background(), "select 1") })
}

func connections() {
	sql.Register("silent", silentDriver{})
	db, _ := sql.Open("silent", silent())
	db.SetMaxOpenConns(1)
	times(3, func() { db.QueryContext(context.Background(), "select 1") })
}

func output() { times(2, func() { exec.Command("sleep", "3600").Output() }) }

// The command ends, and leaves a child that holds its output.
func pipe() { times(2, func() { exec.Command("sh", "-c", "sleep 3600 &").Output() }) }

func supervisor() { exec.Command("sleep", "3600").Run() }
