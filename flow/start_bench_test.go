package flow_test

import (
	"context"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

// What it costs to start a small run and wait for its end.
func BenchmarkStart(b *testing.B) {
	p := flow.From(source.Range(0, 1)).Via(operators.Async[int](16)).To(sink.Discard[int]())
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Run(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
