package flow

import (
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// WrapError is operators.WrapError.
func (f Flow[T]) WrapError(wrap func(error) error, opts ...stage.Option) Flow[T] {
	return f.Via(operators.WrapError[T](wrap, opts...))
}

// OnErrorComplete is operators.OnErrorComplete.
func (f Flow[T]) OnErrorComplete(match func(error) bool, opts ...stage.Option) Flow[T] {
	return f.Via(operators.OnErrorComplete[T](match, opts...))
}

// RecoverWith is operators.RecoverWith.
func (f Flow[T]) RecoverWith(next func(error) (stage.Source[T], bool), opts ...stage.Option) Flow[T] {
	return f.Via(operators.RecoverWith(next, opts...))
}

// Kill is operators.Kill.
func (f Flow[T]) Kill(by *operators.KillSwitch, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Kill[T](by, opts...))
}

// Gate is operators.Gate.
func (f Flow[T]) Gate(by *operators.Valve, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Gate[T](by, opts...))
}
