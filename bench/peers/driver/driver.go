// Package driver reads a file into memory, runs a parser on it several times, and prints as JSON what was found and how long each
// run took: only the parser's time, without start-up and without reading the file.
package driver

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

// Found is the result of one pass over the input.
type Found struct {
	Goroutines int   `json:"goroutines"`
	Groups     []int `json:"groups,omitempty"` // one number a snapshot; absent: the parser does not group
	// Errors is the number of errors that the parser returned, Error the first of them.
	Errors int    `json:"errors"`
	Error  string `json:"error,omitempty"`
}

// Fail counts an error.
func (f *Found) Fail(err error) {
	if f.Errors == 0 {
		f.Error = err.Error()
	}
	f.Errors++
}

// Main is the complete program around a parser of the given module.
func Main(module string, parse func(input []byte) Found) {
	runs := flag.Int("runs", 1, "times the input is parsed")
	flag.Parse()
	input, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	result := struct {
		Found
		Version string    `json:"version"`
		Bytes   int       `json:"bytes"`
		Seconds []float64 `json:"seconds"`
	}{Version: version(module), Bytes: len(input)}
	for range *runs {
		start := time.Now()
		result.Found = parse(input)
		result.Seconds = append(result.Seconds, time.Since(start).Seconds())
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		os.Exit(3)
	}
}

func version(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == module {
				return dep.Version
			}
		}
	}
	return "unknown"
}
