// Drives gostackparse as a library. It does not group.
package main

import (
	"bytes"

	"github.com/DataDog/gostackparse"

	"dumpstream.invalid/bench/peers/driver"
)

func main() {
	driver.Main("github.com/DataDog/gostackparse", func(input []byte) (found driver.Found) {
		goroutines, errs := gostackparse.Parse(bytes.NewReader(input))
		found.Goroutines = len(goroutines)
		for _, err := range errs {
			found.Fail(err)
		}
		return found
	})
}
