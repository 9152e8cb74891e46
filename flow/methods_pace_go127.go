//go:build go1.27

package flow

import (
	"time"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// Dedupe is operators.Dedupe.
func (f Flow[T]) Dedupe[K comparable](ttl time.Duration, capacity int, key func(T) K, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Dedupe(ttl, capacity, key, opts...))
}
