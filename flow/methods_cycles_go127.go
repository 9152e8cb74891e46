//go:build go1.27

package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// Feedback is operators.Feedback.
func (f Flow[T]) Feedback[Out any](body stage.Stage[T, Out], again func(Out) (T, bool), capacity int, overflow demand.Overflow, opts ...stage.Option) Flow[Out] {
	return Via(f, operators.Feedback(body, again, capacity, overflow, opts...))
}
