package flow_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

// A conform is a graph that conforms tries: of flows that keep account, and a sink
// for those that have one at the side, it makes one flow or several.
type conform struct {
	flows int // that go in
	build func(in []flow.Flow[el], side stage.Sink[el]) []flow.Flow[el]
	// What comes out depends on what comes first. Only its end and its lineage are
	// looked at then.
	loose bool
}

func just(f flow.Flow[el]) []flow.Flow[el] { return []flow.Flow[el]{f} }

func both(a, b el) el { return el{a.v + b.v, slices.Concat(a.ids, b.ids)} }

// conformance has a row for each function of flow that makes one flow of several,
// or several of one.
var conformance = map[string]conform{
	"Merge": {flows: 2, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.Merge(in...))
	}},
	"MergeWith": {flows: 3, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.MergeWith(in, stage.Capacity(1)))
	}},
	"Concat": {flows: 2, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.Concat(in...))
	}},
	"ConcatWith": {flows: 3, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.ConcatWith(in))
	}},
	"Zip": {flows: 2, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.Via(flow.Zip(in[0], in[1]), operators.Map(func(p flow.Pair[el, el]) el { return both(p.First, p.Second) })))
	}},
	"ZipWith": {flows: 2, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.ZipWith(in[0], in[1], both))
	}},
	"Zip3": {flows: 3, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.Via(flow.Zip3(in[0], in[1], in[2]), operators.Map(func(p flow.Triple[el, el, el]) el { return both(both(p.First, p.Second), p.Third) })))
	}},
	"Zip4": {flows: 4, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.Via(flow.Zip4(in[0], in[1], in[2], in[3]), operators.Map(func(p flow.Quad[el, el, el, el]) el {
			return both(both(p.First, p.Second), both(p.Third, p.Fourth))
		})))
	}},
	"MergeSorted": {flows: 3, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.MergeSorted(func(a, b el) int { return a.v - b.v }, in...))
	}},
	"Interleave": {flows: 2, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(flow.Interleave(3, in...))
	}},
	"Prepend": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(in[0].Prepend())
	}},
	"OrElse": {flows: 2, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(in[0].OrElse(in[1]))
	}},
	"Broadcast": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return flow.Broadcast(in[0], 3)
	}},
	"Broadcast over links of one": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return flow.Broadcast(in[0], 2, stage.Capacity(1))
	}},
	"Balance": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return flow.Balance(in[0], 2)
	}},
	"Partition": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return flow.Partition(in[0], 3, func(e el) int { return e.v % 3 })
	}},
	"Unzip": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		a, b := flow.Unzip(in[0], func(e el) (el, el) { return e, el{-e.v, e.ids} })
		return []flow.Flow[el]{a, b}
	}},
	"AlsoTo": {flows: 1, build: func(in []flow.Flow[el], side stage.Sink[el]) []flow.Flow[el] {
		return just(in[0].AlsoTo(side))
	}},
	"DivertTo": {flows: 1, build: func(in []flow.Flow[el], side stage.Sink[el]) []flow.Flow[el] {
		return just(in[0].DivertTo(side, func(e el) bool { return e.v%2 == 1 }))
	}},
	"WireTap": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
		return just(in[0].WireTap(sink.Discard[el]())) // which may miss some
	}},
}

func TestConformance(t *testing.T) {
	for name, c := range conformance {
		t.Run(name, func(t *testing.T) { conforms(t, c) })
	}
}

const conformed = 7 // elements of each flow

// conforms runs a graph at windows of 1 and 1024, over lineages of one element and
// of several: to its end, with an error of each flow at every position, and with a
// sink that has enough, or fails, at every position. It checks that
//
//   - what comes out is the same at every window, each time, and part of it where
//     the run ends early
//   - an error arrives; that a sink has enough is none
//   - every lineage settles once, and as done only when all that comes of its
//     elements was flushed
func conforms(t *testing.T, c conform) {
	t.Helper()
	whole := conformRun{conform: c, window: 1024, read: 2, fails: -1}
	whole.run(t)
	if len(whole.got) == 0 && !c.loose {
		t.Fatal("nothing came out")
	}
	for _, window := range []int{1, 1024} {
		for read := 1; read <= 3; read++ {
			early := []conformRun{{fails: -1}}
			for at := range conformed + 1 {
				early = append(early, conformRun{fails: -1, at: at, stop: demand.ErrEnough}, conformRun{fails: -1, at: at, stop: errSink})
				for i := range c.flows {
					early = append(early, conformRun{fails: i, at: at})
				}
			}
			for _, r := range early {
				r.conform, r.window, r.read, r.expected = c, window, read, whole.ids
				r.run(t)
				r.compare(t, whole.got)
			}
		}
	}
}

// A conformRun is one run of a graph, which may end early.
type conformRun struct {
	conform
	window int
	read   int   // elements of a lineage
	fails  int   // the flow that fails, -1 for none
	at     int   // elements before that, or before the first sink says stop
	stop   error // nil for a sink that takes all

	expected map[int]int    // copies of each record that come out in the end
	got      map[string]int // what was flushed
	ids      map[int]int    // copies of each record in it
}

func (r *conformRun) String() string {
	s := fmt.Sprintf("window %d, reads of %d", r.window, r.read)
	switch {
	case r.fails >= 0:
		s += fmt.Sprintf(", flow %d fails after %d elements", r.fails, r.at)
	case r.stop != nil:
		s += fmt.Sprintf(", a sink says %q after %d elements", r.stop, r.at)
	}
	return s
}

func (r *conformRun) run(t *testing.T) {
	t.Helper()
	g := &graph{exact: true, flushed: map[int]int{}, expected: r.expected, mode: failing}
	// Where one branch of several has enough, what would be for it is dropped.
	g.lossy = r.loose || r.stop != nil && r.flows == 1
	var in []flow.Flow[el]
	for i := range r.flows {
		in = append(in, r.flow(g, i))
	}
	side := &conformEnd{end: end{g: g}}
	ends := []*conformEnd{}
	var pipelines []flow.Pipeline
	for i, f := range r.build(in, side.sink(r.window)) {
		s := &conformEnd{end: end{g: g}}
		if i == 0 {
			s.stop, s.at = r.stop, r.at
		}
		ends = append(ends, s)
		pipelines = append(pipelines, f.To(s.sink(r.window)))
	}
	running, err := flow.Start(t.Context(), pipelines...)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-running.Done():
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: hangs: %+v", r, running.Snapshot())
	}
	err = running.Wait()
	stopped := ends[0].stopped && r.stop != demand.ErrEnough
	if g.hit && !errors.Is(err, errFault) || stopped && !errors.Is(err, errSink) || !g.hit && !stopped && err != nil {
		t.Errorf("%s: ended with %v", r, err)
	}
	for _, e := range g.early {
		t.Errorf("%s: %s", r, e)
	}
	for _, l := range g.reads {
		if l.settled != 1 {
			t.Errorf("%s: the lineage of %v settled %d times", r, l.ids, l.settled)
		}
		if r.fails < 0 && r.stop == nil && !r.loose && l.outcome != demand.Done {
			t.Errorf("%s: the lineage of %v settled as %v", r, l.ids, l.outcome)
		}
	}
	r.got, r.ids = map[string]int{}, g.flushed
	for _, s := range append(ends, side) {
		for _, e := range s.flushed {
			r.got[e.key()]++
		}
	}
}

// flow is one of those that go in: its elements are records of their own, and it
// may fail at one of them, or at its end.
func (r *conformRun) flow(g *graph, i int) flow.Flow[el] {
	var items []el
	for range conformed {
		items = append(items, el{v: g.ids, ids: []int{g.ids}})
		g.ids++
	}
	var last error
	if r.fails == i && r.at == conformed {
		last = errFault
	}
	f := flow.From(stage.NewSource(stage.Meta{Kind: "tracked"}, func(*stage.Runtime) demand.Upstream[el] {
		return &endingSource{trackedSource{g: g, rest: items, per: r.read, tracked: true}, last}
	}))
	return flow.Via(f, operators.MapErr(func(e el) (el, error) {
		if r.fails == i && e.ids[0] == i*conformed+r.at {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.hit = true
			return e, errFault
		}
		return e, nil
	}))
}

// An endingSource may end with an error.
type endingSource struct {
	trackedSource
	last error
}

func (s *endingSource) Pull(dst *demand.Chunk[el]) error {
	err := s.trackedSource.Pull(dst)
	if err == demand.ErrCompleted && s.last != nil {
		s.g.mu.Lock()
		defer s.g.mu.Unlock()
		s.g.hit = true
		return s.last
	}
	return err
}

// A conformEnd holds back until it is flushed, and may stop at an element.
type conformEnd struct {
	end
	stop    error
	at      int
	stopped bool
}

func (s *conformEnd) sink(window int) stage.Sink[el] {
	m := stage.Configure("end", stage.TakesWindow, []stage.Option{stage.Window(window, window)})
	m.Flushes, m.FlushEvery = true, 3
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[el] { return s })
}

func (s *conformEnd) Write(in *demand.Chunk[el]) error {
	for n, e := range in.Items() {
		if s.stop != nil && len(s.flushed)+len(s.held) == s.at {
			s.stopped = true
			in.Advance(n)
			return s.stop
		}
		s.held = append(s.held, e)
	}
	in.Advance(in.Len())
	return nil
}

// compare compares what came out with what comes out of the whole.
func (r *conformRun) compare(t *testing.T, want map[string]int) {
	t.Helper()
	if r.loose {
		return
	}
	if r.fails < 0 && r.stop == nil && !maps.Equal(r.got, want) {
		t.Errorf("%s: got %v, want %v", r, r.got, want)
	}
	for key, times := range r.got {
		if times > want[key] {
			t.Errorf("%s: %s came out %d times, in the whole %d times", r, key, times, want[key])
		}
	}
}
