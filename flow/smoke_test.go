package flow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	f := flow.From(source.Range(0, 10000)).Via(operators.Filter(func(v int) bool { return v%2 == 0 }))
	g := flow.Via(f, operators.Map(func(v int) string { return fmt.Sprint(v) }))
	out, err := flow.Collect(ctx, g)
	if err != nil || len(out) != 5000 || out[4999] != "9998" {
		t.Fatal(len(out), err)
	}
	b := flow.Via(flow.Via(g, operators.Async[string](16)), operators.Batch[string](7, time.Millisecond))
	bs, err := flow.Collect(ctx, b)
	if err != nil || len(bs) != 715 {
		t.Fatal(len(bs), err)
	}
	sum, err := flow.Fold(ctx, flow.Merge(flow.From(source.Range(0, 1000)), flow.From(source.Range(0, 1000)), flow.From(source.Range(0, 1000))), 0, func(a, v int) int { return a + v })
	if err != nil || sum != 3*999*500 {
		t.Fatal(sum, err)
	}
	for _, opts := range [][]stage.Option{{stage.Workers(4)}, {stage.Workers(3), stage.Unordered()}, nil} {
		sum, err = flow.Fold(ctx, flow.Via(flow.From(source.Range(0, 1000)), operators.MapErr(func(v int) (int, error) { return v, nil }, opts...)), 0, func(a, v int) int { return a + v })
		if err != nil || sum != 999*500 {
			t.Fatal(sum, err)
		}
	}
	br := flow.Broadcast(flow.From(source.Range(0, 1000)), 2)
	zs, err := flow.Collect(ctx, flow.Zip(br[0], flow.Via(br[1], operators.Map(func(v int) int { return -v }))))
	if err != nil || len(zs) != 1000 || zs[999].Second != -999 {
		t.Fatal(len(zs), err)
	}
	n := 0
	for v, err := range flow.All(ctx, f) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; v == 20 {
			break
		}
	}
	br = flow.Broadcast(flow.From(source.Range(0, 100000)), 2)
	held := flow.Via(flow.Via(br[1], operators.Batch[int](5000, 0)), operators.Map(func(v []int) int { return v[0] }))
	_, err = flow.Collect(ctx, flow.Zip(br[0], held))
	t.Log(err)
	_, err = flow.Collect(ctx, flow.Via(f, operators.MapErr(func(v int) (int, error) {
		if v == 500 {
			return 0, errors.New("boom")
		}
		return v, nil
	}, stage.Workers(2))))
	t.Log(err)
	err = flow.Via(f, operators.Map(func(v int) int { panic("x") })).To(sink.Discard[int]()).Run(ctx)
	var pe *stage.PanicError
	if !errors.As(err, &pe) {
		t.Fatal(err)
	}
	err = flow.Merge(br[0]).To(sink.Discard[int](stage.Workers(3))).Run(ctx)
	t.Log(err)
	r, err := flow.From(source.Range(0, 1<<60)).To(sink.Discard[int]()).Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	t.Logf("%+v", r.Snapshot())
	if err := r.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", r.Snapshot())
	_ = demand.ErrEnough
}

func BenchmarkFused(b *testing.B) {
	f := flow.Via(flow.From(source.Range(0, b.N)), operators.Map(func(v int) int { return v + 1 }))
	f = f.Via(operators.Filter(func(v int) bool { return v&1 == 0 }))
	f = f.Via(operators.Map(func(v int) int { return v * 3 }))
	b.ReportAllocs()
	s, err := flow.Fold(context.Background(), f, 0, func(a, v int) int { return a + v })
	if err != nil || s < 0 {
		b.Fatal(err)
	}
}

func BenchmarkWindow1(b *testing.B) {
	f := flow.Via(flow.From(source.Range(0, b.N)), operators.Map(func(v int) int { return v + 1 }))
	f = f.Via(operators.Filter(func(v int) bool { return v&1 == 0 }))
	f = f.Via(operators.Map(func(v int) int { return v * 3 }))
	s := 0
	err := f.To(sink.ForEach(func(v int) error { s += v; return nil }, stage.Window(1, 1))).Run(context.Background())
	if err != nil || s < 0 {
		b.Fatal(err)
	}
}

func BenchmarkLinks(b *testing.B) {
	f := flow.From(source.Range(0, b.N)).Via(operators.Async[int](1024))
	f = flow.Via(f, operators.Map(func(v int) int { return v + 1 })).Via(operators.Async[int](1024))
	f = f.Via(operators.Filter(func(v int) bool { return v&1 == 0 })).Via(operators.Async[int](1024))
	f = f.Via(operators.Map(func(v int) int { return v * 3 }))
	b.ReportAllocs()
	s, err := flow.Fold(context.Background(), f, 0, func(a, v int) int { return a + v })
	if err != nil || s < 0 {
		b.Fatal(err)
	}
}
