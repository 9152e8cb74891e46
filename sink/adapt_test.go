package sink_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// miser is a sink that takes a few elements at a time, and may fail.
type miser struct {
	take    int
	failAt  int // 0: never
	panicAt int
	got     []string
	places  []int64
}

func (m *miser) sink(flushes bool) stage.Sink[string] {
	return stage.NewSink(stage.Meta{Kind: "Miser", Flushes: flushes}, func(*stage.Runtime) stage.Writer[string] { return m })
}

func (m *miser) Write(in *demand.Chunk[string]) error {
	for range min(m.take, in.Len()) {
		switch len(m.got) + 1 {
		case m.failAt:
			return errBoom
		case m.panicAt:
			panic("oh")
		}
		m.got = append(m.got, in.Items()[0])
		m.places = append(m.places, in.Position(0).Record)
		in.Advance(1)
	}
	return nil
}

func (m *miser) Flush() error      { return nil }
func (m *miser) Close(error) error { return nil }

// However the sink inside takes its elements, each is mapped once, keeps its
// place, and counts as handled when the sink inside has it.
func TestAdapt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		m := &miser{take: rapid.IntRange(1, 10).Draw(t, "take"), failAt: rapid.IntRange(0, 80).Draw(t, "failAt")}
		flushes := rapid.Bool().Draw(t, "flushes")
		if rapid.Bool().Draw(t, "panic") {
			m.failAt, m.panicAt = 0, m.failAt
		}
		s := track(n)
		calls := map[int]int{}
		to := sink.Adapt(func(v int) string { calls[v]++; return fmt.Sprint(v) }, m.sink(flushes))
		r, err := flow.From(s).To(to).Start(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		err = r.Wait()
		bad := m.failAt + m.panicAt
		broken := bad > 0 && bad <= n
		want := n
		if broken {
			want = bad - 1
		}
		var p *stage.PanicError
		if broken != (errors.Is(err, errBoom) || errors.As(err, &p)) || !broken && err != nil {
			t.Fatalf("ended with %v", err)
		}
		if len(m.got) != want {
			t.Fatalf("got %v, want %d elements", m.got, want)
		}
		for i, v := range m.got {
			if v != fmt.Sprint(i) || m.places[i] != int64(i+1) || calls[i] != 1 {
				t.Fatalf("element %d is %s of record %d after %d calls", i, v, m.places[i], calls[i])
			}
		}
		handled := want
		if flushes && broken {
			handled = 0 // never flushed
		}
		if len(s.done()) != handled {
			t.Fatalf("%d elements count as handled, want %d", len(s.done()), handled)
		}
		for i, o := range s.settled[:s.next] {
			if o == unsettled {
				t.Fatalf("element %d was never settled", i)
			}
		}
		st, _ := r.Snapshot().Stage("miser")
		if st.In != int64(s.next) || st.In != int64(want)+st.Discarded {
			t.Fatalf("the sink counted %+v, read were %d", st, s.next)
		}
	})
}

// Chunks of more than one element too.
func TestAdaptChunks(t *testing.T) {
	m := &miser{take: 7}
	if err := flow.From(source.Range(0, 10_000)).To(sink.Adapt(func(v int) string { return fmt.Sprint(v) }, m.sink(true))).Run(t.Context()); err != nil || len(m.got) != 10_000 {
		t.Fatalf("%d elements, %v", len(m.got), err)
	}
	for i, v := range m.got {
		if v != fmt.Sprint(i) {
			t.Fatalf("element %d is %s", i, v)
		}
	}
}

// A failing function is the sink's, and what it keeps of the sink is its name,
// its flushes and its single use.
func TestAdaptKeepsMeta(t *testing.T) {
	var dst []string
	s := sink.Adapt(func(v int) string { return fmt.Sprint(v) }, sink.Slice(&dst, stage.Name("texts")))
	if err := run(s, 1, 2); err != nil {
		t.Fatal(err)
	}
	equal(t, "got", dst, []string{"1", "2"})
	wantStage(t, run(s, 3), "texts", stage.ErrUsed)

	var p *stage.PanicError
	s = sink.Adapt(func(int) string { panic("oh") }, sink.Discard[string](stage.Name("texts")))
	if err := run(s, 1); !errors.As(err, &p) || p.Stage != "texts" {
		t.Errorf("got %v", err)
	}
}

func ExampleAdapt() {
	type reject struct {
		Record int64  `json:"record"`
		Reason string `json:"reason"`
	}
	letters := sink.Adapt(func(l stage.Letter) reject {
		return reject{l.Record, l.Err.Error()}
	}, sink.JSONLines[reject](sink.Output(os.Stdout)))

	letter := stage.Letter{Record: 7, Err: errors.New("unknown airport")}
	err := flow.From(source.Slice([]stage.Letter{letter})).To(letters).Run(context.Background())
	fmt.Println(err)
	// Output:
	// {"record":7,"reason":"unknown airport"}
	// <nil>
}

func ExampleFlushEvery() {
	to := sink.FlushEvery(100, 50*time.Millisecond, sink.Lines[string](sink.Output(os.Stdout)))
	fmt.Println(flow.From(source.Slice([]string{"a"})).To(to).Run(context.Background()))
	// Output:
	// a
	// <nil>
}
