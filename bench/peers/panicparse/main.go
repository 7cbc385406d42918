// Drives panicparse as a library, in the same loop as its command `pp`, at its default similarity.
//
// The two options that read the local disk (GuessPaths, AnalyzeSources) are off; -names=false also turns off the naming of recurring pointers, which
// a
// caller who wants speed does not need.
package main

import (
	"bytes"
	"flag"
	"io"

	"github.com/maruel/panicparse/v2/stack"

	"dumpstream.invalid/bench/peers/driver"
)

func main() {
	names := flag.Bool("names", true, "give recurring pointers a name")
	driver.Main("github.com/maruel/panicparse/v2", func(input []byte) (found driver.Found) {
		opts := stack.DefaultOpts()
		opts.GuessPaths = false
		opts.AnalyzeSources = false
		opts.NameArguments = *names
		var in io.Reader = bytes.NewReader(input)
		for {
			snapshot, suffix, err := stack.ScanSnapshot(in, io.Discard, opts)
			if snapshot != nil {
				found.Goroutines += len(snapshot.Goroutines)
				if !snapshot.IsRace() {
					found.Groups = append(found.Groups, len(snapshot.Aggregate(stack.AnyPointer).Buckets))
				}
			}
			if err == io.EOF {
				return found
			}
			if err != nil {
				found.Fail(err) // pp ends here too: "Parts of the input will be lost."
				return found
			}
			in = io.MultiReader(bytes.NewReader(suffix), in)
		}
	})
}
