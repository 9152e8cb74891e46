package weirgrpc_test

import (
	"context"
	"slices"
	"testing"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// relayed is a flow that comes over two hops: c, a process that doubles, and here.
func relayed(t *testing.T, c *counter) flow.Flow[int64] {
	first := serve(t, weirgrpc.JSON[int64](), c.flow)
	second := serve(t, weirgrpc.Gob[int64](), func(_ context.Context, at weirgrpc.Resume) (flow.Flow[int64], error) {
		return flow.Via(numbers(first, weirgrpc.After(at.After)), operators.Map(func(n int64) int64 { return 2 * n })), nil
	})
	return flow.From(weirgrpc.Source(second, service, weirgrpc.Gob[int64]()))
}

func TestDemandCrossesTwoHops(t *testing.T) {
	c := newCounter(100)
	a := subscribe(t, relayed(t, c))
	for i := range int64(5) {
		a.sub.Request(1)
		if v := <-a.got; v != 2*(i+1) {
			t.Fatal(v)
		}
		if c.asked.Load() != i+1 {
			t.Fatalf("after %d requests the source was asked for %d", i+1, c.asked.Load())
		}
	}
	eventually(t, "the first source knows that 5 are handled", func() bool { return c.handled() == 5 })
	a.sub.Cancel()
	<-c.causes
}

func TestNothingIsHandledTooEarly(t *testing.T) {
	c := newCounter(1000)
	n := int64(0)
	err := relayed(t, c).To(sink.ForEach(func(v int64) error {
		if n++; v != 2*n {
			t.Error(v)
		}
		if h := c.handled(); h >= n {
			t.Errorf("%d are handled while %d is worked on", h, n)
		}
		return nil
	})).Run(t.Context())
	if err != nil || n != 1000 || c.handled() != 1000 {
		t.Fatal(err, n, c.handled())
	}
}

// Remote sources that are opened one after the other: each is told what is done
// when it ends, not when the run does.
func TestRemoteSourcesOneAfterTheOther(t *testing.T) {
	c := newCounter(10)
	conn := serve(t, weirgrpc.JSON[int64](), c.flow)
	f := flow.Via(flow.From(source.Range(0, 3)), operators.ConcatMap(func(i int) stage.Source[int64] {
		return weirgrpc.Source(conn, service, weirgrpc.JSON[int64](), weirgrpc.After(int64(3*i)))
	}))
	got, err := flow.Collect(t.Context(), f)
	want := slices.Concat(upTo(10), upTo(10)[3:], upTo(10)[6:])
	if err != nil || !slices.Equal(got, want) || c.handled() != 10 {
		t.Fatal(got, err, c.handled())
	}
}
