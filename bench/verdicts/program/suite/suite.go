// Package suite holds the programs of Go's own goroutine leak tests. The bench generates it from the Go distribution; in the
// repository it is empty.
package suite

// All is name → one call.
var All = map[string]func(){}

func register(name string, f func()) { All[name] = f }
