// Package pause lets everything the service does stand still while its goroutines are dumped and counted, so that the two agree.
package pause

import "sync"

var gate sync.RWMutex

// Work runs f, unless the service stands still; then when it moves again.
func Work(f func()) {
	gate.RLock()
	defer gate.RUnlock()
	f()
}

// Still runs f while nothing else works.
func Still(f func()) {
	gate.Lock()
	defer gate.Unlock()
	f()
}
