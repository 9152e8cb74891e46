package flow_test

import (
	"context"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func BenchmarkTrickle(b *testing.B) {
	one := stage.Window(1, 1)
	s := 0
	err := flow.From(source.Range(0, b.N)).Via(operators.Async[int](1024, one)).
		To(sink.ForEach(func(x int) error { s += x; return nil }, one)).Run(context.Background())
	if err != nil {
		b.Fatal(err)
	}
}
