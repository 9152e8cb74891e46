//go:build go1.27

package flow

import (
	"context"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// MapKeyed is operators.MapKeyed.
func (f Flow[T]) MapKeyed[Out any, K comparable](key func(T) K, fn func(context.Context, T) (Out, error), opts ...stage.Option) Flow[Out] {
	return Via(f, operators.MapKeyed(key, fn, opts...))
}
