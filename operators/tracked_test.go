package operators_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// A ledger keeps the account of a source that commits: what became of each of
// its reads.
type ledger struct {
	mu    sync.Mutex
	reads []*read
}

// read is one read of the source: the elements from and without to.
type read struct {
	from, to int
	settled  int
	outcome  demand.Outcome
}

func (l *ledger) begin(from, to int) *demand.Lineage {
	r := &read{from: from, to: to}
	l.mu.Lock()
	l.reads = append(l.reads, r)
	l.mu.Unlock()
	lineage := demand.NewLineage(func(s demand.Settlement) {
		l.mu.Lock()
		defer l.mu.Unlock()
		r.settled++
		r.outcome = s.Outcome
	})
	lineage.Origin = demand.Origin{Source: "tracked", Base: int64(from)}
	return lineage
}

// check wants each read settled once: as done if all of it is among the first
// handled elements, as abandoned otherwise.
func (l *ledger) check(t fataler, handled int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.reads {
		want := demand.Done
		if r.to > handled {
			want = demand.Abandoned
		}
		if r.settled != 1 || r.outcome != want {
			t.Errorf("read of elements %d to %d settled %d times, as %v; want once, as %v (%d elements were handled)", r.from, r.to-1, r.settled, r.outcome, want, handled)
		}
	}
}

// once wants each read settled once, those within the first handled elements or
// later ones in any way, and none as done beyond that.
func (l *ledger) once(t fataler, handled int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.reads {
		if r.settled != 1 {
			t.Errorf("read of elements %d to %d settled %d times", r.from, r.to-1, r.settled)
		}
		if r.outcome == demand.Done && r.to > handled {
			t.Errorf("read of elements %d to %d was done, but only %d were handled", r.from, r.to-1, handled)
		}
	}
}

// fataler is what *testing.T and *rapid.T have in common here.
type fataler interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// tracked returns a source of items that reads per of them at once, each read
// with a lineage and its record numbers, and ends with err.
func (l *ledger) tracked(items []int, per int, err error) flow.Flow[int] {
	return flow.From(stage.NewSource(stage.Meta{Kind: "tracked"}, func(*stage.Runtime) demand.Upstream[int] {
		return &trackedSource{ledger: l, items: items, per: per, end: err}
	}))
}

type trackedSource struct {
	ledger  *ledger
	items   []int
	per     int
	end     error
	at      int // the next element to hand on
	read    int // the first one not yet read
	from    int // the first one of the read at hand
	lineage *demand.Lineage
}

func (s *trackedSource) Pull(dst *demand.Chunk[int]) error {
	if s.at == s.read {
		if s.at == len(s.items) || s.items == nil {
			return s.end
		}
		s.from, s.read = s.at, min(s.at+s.per, len(s.items))
		s.lineage = s.ledger.begin(s.from, s.read)
	}
	for dst.Free() > 0 && s.at < s.read {
		s.at++
		dst.AppendRecord(s.items[s.at-1], int32(s.at-s.from))
	}
	if s.at < s.read {
		dst.SetLineage(s.lineage.Fork())
	} else {
		dst.SetLineage(s.lineage)
		s.lineage = nil
	}
	return nil
}

func (s *trackedSource) Cancel(cause error) {
	s.lineage.Abandon(cause)
	s.lineage = nil
	s.items, s.at, s.read, s.end = nil, 0, 0, cause
}

// arrival is an element at the sink, with the number of the record that it was
// made of; 0 where it was made of many.
type arrival struct {
	text   string
	record int64
}

func (a arrival) String() string { return fmt.Sprintf("%s(%d)", a.text, a.record) }

// collect runs a flow into a sink that asks for window elements at once.
func collect[T any](t testing.TB, f flow.Flow[T], window int) ([]arrival, error) {
	r, got, err := start(t, f, window)
	if err != nil {
		return nil, err
	}
	err = r.Wait()
	return *got, err
}

func start[T any](t testing.TB, f flow.Flow[T], window int) (*flow.Running, *[]arrival, error) {
	got := new([]arrival)
	m := stage.Configure("Arrivals", stage.TakesWindow, []stage.Option{stage.Window(window, window)})
	r, err := f.To(stage.NewSink(m, func(*stage.Runtime) stage.Writer[T] { return arrivals[T]{got} })).Start(t.Context())
	return r, got, err
}

type arrivals[T any] struct{ got *[]arrival }

func (a arrivals[T]) Write(in *demand.Chunk[T]) error {
	for i, v := range in.Items() {
		*a.got = append(*a.got, arrival{fmt.Sprint(v), in.Position(i).Record})
	}
	in.Advance(in.Len())
	return nil
}

func (a arrivals[T]) Flush() error      { return nil }
func (a arrivals[T]) Close(error) error { return nil }

// text makes flows of any type ones of text, which keeps lineage and records.
func text[T any](f flow.Flow[T]) flow.Flow[string] {
	return flow.Via(f, operators.Map(func(v T) string { return fmt.Sprint(v) }, stage.Name("text")))
}

// upTo returns the numbers from 0 up to and without n.
func upTo(n int) []int {
	items := make([]int, n)
	for i := range items {
		items[i] = i
	}
	return items
}
