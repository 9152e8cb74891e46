package flow

import (
	"log/slog"

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

// Monitor is operators.Monitor.
func (f Flow[T]) Monitor(h operators.Hooks, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Monitor[T](h, opts...))
}

// DoOnComplete is operators.DoOnComplete.
func (f Flow[T]) DoOnComplete(do func(), opts ...stage.Option) Flow[T] {
	return f.Via(operators.DoOnComplete[T](do, opts...))
}

// DoOnError is operators.DoOnError.
func (f Flow[T]) DoOnError(do func(error), opts ...stage.Option) Flow[T] {
	return f.Via(operators.DoOnError[T](do, opts...))
}

// DoOnCancel is operators.DoOnCancel.
func (f Flow[T]) DoOnCancel(do func(cause error), opts ...stage.Option) Flow[T] {
	return f.Via(operators.DoOnCancel[T](do, opts...))
}

// Log is operators.Log.
func (f Flow[T]) Log(logger *slog.Logger, level slog.Level, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Log[T](logger, level, opts...))
}
