package main

import (
	"context"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// A row is an operator with sample arguments.
type row struct {
	name string // as in docs/reference: Map, flow.Merge
	what string // its arguments, or what is done with it
	run  func(ctx context.Context, n int) error
	// why it needs memory for each element, or now and then; "" for one that needs
	// none, which a test checks.
	memory string
	// why it can't be measured; "" for one that can.
	unmeasured string
}

// allocates says why an operator needs memory as elements pass.
func (r row) allocates(why string) row {
	r.memory = why
	return r
}

// op is an operator on the numbers from 0 to n-1.
func op[Out any](name, what string, s stage.Stage[int, Out]) row {
	return opN(name, what, func(int) stage.Stage[int, Out] { return s })
}

// opN is op for an operator whose arguments depend on how many elements come.
func opN[Out any](name, what string, make func(n int) stage.Stage[int, Out]) row {
	return row{name: name, what: what, run: func(ctx context.Context, n int) error {
		return flow.Via(numbers(n), make(n)).To(sink.Discard[Out]()).Run(ctx)
	}}
}

// opOf is op on other elements; those of a run are n, made before.
func opOf[In, Out any](name, what string, elements func(n int) []In, s stage.Stage[In, Out]) row {
	var made []In
	return row{name: name, what: what, run: func(ctx context.Context, n int) error {
		if len(made) < n {
			made = elements(n)
		}
		return flow.Via(flow.From(source.Slice(made[:n])), s).To(sink.Discard[Out]()).Run(ctx)
	}}
}

// graph is an operator with several ends: build makes the pipelines of a run, into
// which n elements go.
func graph(name, what string, build func(n int) []flow.Pipeline) row {
	return row{name: name, what: what, run: func(ctx context.Context, n int) error {
		return flow.Run(ctx, build(n)...)
	}}
}

// unmeasured is an operator of which a number would say nothing.
func unmeasured(name, why string) row { return row{name: name, unmeasured: why} }

func numbers(n int) flow.Flow[int] { return flow.From(source.Range(0, n)) }

func discard[T any](flows ...flow.Flow[T]) (all []flow.Pipeline) {
	for _, f := range flows {
		all = append(all, f.To(sink.Discard[T]()))
	}
	return all
}
