package main

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"time"
)

// whole is one write, which the other writers of a file or a pipe's buffer cannot cut.
const whole = "whole"

// The reader of a busy pipe makes its writers wait this long, each time it has got so many bytes.
const (
	unhurried = 50 * time.Microsecond
	mouthful  = 512
)

// writer returns how a dump is written: whole, by lines as a logger does, or by so many bytes as a bufio.Writer does. What is logged
// meanwhile comes between the lines, or into the middle of one.
func writer(how string) (func(io.Writer, []byte), error) {
	switch size, err := strconv.Atoi(how); {
	case how == whole:
		return func(out io.Writer, text []byte) { out.Write(text) }, nil
	case how == "lines":
		return pieces(bytes.Lines), nil
	case err == nil && size > 0:
		return pieces(func(text []byte) iter.Seq[[]byte] { return slices.Chunk(text, size) }), nil
	}
	return nil, fmt.Errorf("-write %s: whole, lines, or a number of bytes", how)
}

func pieces(of func([]byte) iter.Seq[[]byte]) func(io.Writer, []byte) {
	return func(out io.Writer, text []byte) {
		written := 0
		for piece := range of(text) {
			out.Write(piece)
			if written += len(piece); written >= mouthful {
				time.Sleep(unhurried)
				written = 0
			}
		}
	}
}
