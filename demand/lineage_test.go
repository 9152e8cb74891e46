package demand_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

var (
	errOne = errors.New("one")
	errTwo = errors.New("two")
)

func TestLineageOutcome(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(l *demand.Lineage)
		want demand.Settlement
	}{
		{"released", func(l *demand.Lineage) { l.Release() }, demand.Settlement{}},
		{"released by all who hold it", func(l *demand.Lineage) { l.Fork().Release(); l.Fork(); l.Release(); l.Release() }, demand.Settlement{}},
		{"abandoned", func(l *demand.Lineage) { l.Abandon(errOne) }, demand.Settlement{Outcome: demand.Abandoned, Cause: errOne}},
		{"abandoned by one of two", func(l *demand.Lineage) { l.Fork().Abandon(errOne); l.Release() }, demand.Settlement{Outcome: demand.Abandoned, Cause: errOne}},
		{"the first cause counts", func(l *demand.Lineage) { l.Fork().Abandon(errOne); l.Abandon(errTwo) }, demand.Settlement{Outcome: demand.Abandoned, Cause: errOne}},
		{"failed", func(l *demand.Lineage) { l.Fail(3, errOne); l.Release() }, demand.Settlement{
			Outcome: demand.Failed, Cause: errOne, Failures: []demand.Failure{{Record: 3, Err: errOne}},
		}},
		{"failed twice", func(l *demand.Lineage) { l.Fail(3, errOne); l.Fail(5, errTwo); l.Release() }, demand.Settlement{
			Outcome: demand.Failed, Cause: errOne, Failures: []demand.Failure{{Record: 3, Err: errOne}, {Record: 5, Err: errTwo}},
		}},
		{"abandoned is worse than failed", func(l *demand.Lineage) { l.Fail(3, errOne); l.Abandon(errTwo) }, demand.Settlement{
			Outcome: demand.Abandoned, Cause: errTwo, Failures: []demand.Failure{{Record: 3, Err: errOne}},
		}},
		{"and stays so", func(l *demand.Lineage) { l.Fork().Abandon(errTwo); l.Fail(3, errOne); l.Release() }, demand.Settlement{
			Outcome: demand.Abandoned, Cause: errTwo, Failures: []demand.Failure{{Record: 3, Err: errOne}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l ledger
			r := l.read()
			c.do(r.lineage)
			l.allSettled(t)
			if r.last.Outcome != c.want.Outcome || r.last.Cause != c.want.Cause || !slices.Equal(r.last.Failures, c.want.Failures) {
				t.Errorf("settled %+v, want %+v", r.last, c.want)
			}
		})
	}
}

func TestLineageKeepsABoundedNumberOfFailures(t *testing.T) {
	var l ledger
	r := l.read()
	for i := range 1000 {
		r.lineage.Fail(int32(i), errOne)
	}
	r.lineage.Release()
	if n := len(r.last.Failures); n != 64 || r.last.Failures[63].Record != 63 {
		t.Errorf("%d failures were kept", n)
	}
}

func TestLineageReleasedTooOftenPanics(t *testing.T) {
	for name, release := range map[string]func(*demand.Lineage){
		"release": (*demand.Lineage).Release,
		"abandon": func(l *demand.Lineage) { l.Abandon(errOne) },
	} {
		l := demand.NewLineage(nil)
		l.Release()
		if !panics(func() { release(l) }) {
			t.Errorf("%s: no panic", name)
		}
	}
}

// A source that does not ask has no lineage, and nobody looks whether it has.
func TestNilLineage(t *testing.T) {
	var l *demand.Lineage
	l.Release()
	l.Abandon(errOne)
	l.Fail(1, errOne)
	if l.Fork() != nil || l.Child(func() {}) != nil || l.Refs() != 0 || l.Position(3) != (demand.Position{}) {
		t.Error("a nil lineage is not nil")
	}
}

func TestLineagePosition(t *testing.T) {
	l := demand.NewLineage(nil)
	l.Origin = demand.Origin{Source: "flights.csv", Base: 500}
	for record, want := range map[int32]demand.Position{
		0: {Source: "flights.csv"},
		7: {Source: "flights.csv", Record: 507},
	} {
		if got := l.Position(record); got != want {
			t.Errorf("record %d is at %+v, want %+v", record, got, want)
		}
	}
}

func TestJoin(t *testing.T) {
	if demand.Join(nil) != nil || demand.Join([]*demand.Lineage{nil, nil}) != nil {
		t.Error("joined of nothing, it is not nil")
	}
	one := demand.NewLineage(nil)
	if demand.Join([]*demand.Lineage{nil, one}) != one || one.Refs() != 1 {
		t.Error("joined of one part, it is not that part")
	}
	for _, c := range []struct {
		name string
		do   func(both *demand.Lineage)
		want demand.Outcome
	}{
		{"done", func(both *demand.Lineage) { both.Release() }, demand.Done},
		{"failed", func(both *demand.Lineage) { both.Fail(1, errOne); both.Release() }, demand.Failed},
		{"abandoned", func(both *demand.Lineage) { both.Abandon(errOne) }, demand.Abandoned},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l ledger
			a, b := l.read(), l.read()
			parts := []*demand.Lineage{a.lineage, nil, b.lineage, a.lineage.Fork()} // with a repetition
			both := demand.Join(parts)
			l.references(t, a.lineage, b.lineage, a.lineage)
			c.do(both.Fork())
			if a.settled+b.settled > 0 {
				t.Error("the parts settled while somebody holds both")
			}
			both.Release()
			l.references(t)
			for _, r := range []*readOf{a, b} {
				if r.outcome != c.want || c.want != demand.Done && r.last.Cause != errOne {
					t.Errorf("a part ended %+v, want %s", r.last, c.want)
				}
			}
		})
	}
}

func TestChild(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(child *demand.Lineage)
		want demand.Outcome
		left int
	}{
		{"done", func(child *demand.Lineage) { child.Release() }, demand.Done, 0},
		{"failed", func(child *demand.Lineage) { child.Fail(2, errOne); child.Release() }, demand.Failed, 0},
		{"gave up", func(child *demand.Lineage) { child.Abandon(errOne) }, demand.Done, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l ledger
			r := l.read()
			left := 0
			child := r.lineage.Fork().Child(func() { left++ })
			if child.Position(3) != r.lineage.Position(3) {
				t.Error("a child does not know where its elements were read")
			}
			r.lineage.Release()
			l.references(t, r.lineage)
			c.do(child)
			l.references(t)
			if r.outcome != c.want || left != c.left {
				t.Errorf("ended %s, want %s, and left was called %d times", r.outcome, c.want, left)
			}
		})
	}
}

// Many goroutines give back what they hold at once: it settles once, with the
// worst that any of them said.
func TestLineageReleasedConcurrently(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		for round := range 200 {
			var l ledger
			reads := []*readOf{l.read(), l.read(), l.read()}
			all := demand.Join([]*demand.Lineage{reads[0].lineage, reads[1].lineage, reads[2].lineage})
			var holders sync.WaitGroup
			for i := range 16 {
				h := all
				if i%2 == 0 {
					h = reads[i%3].lineage
				}
				h.Fork()
				holders.Go(func() {
					switch {
					case i == 7 && round%3 == 1:
						h.Fail(int32(i), errOne)
					case i == 9 && round%3 == 2:
						h.Fork().Abandon(errTwo)
					}
					h.Release()
				})
			}
			all.Release()
			holders.Wait()
			l.allSettled(t)
			for _, r := range reads {
				if want := demand.Outcome(round % 3); r.outcome != want {
					t.Fatalf("round %d: ended %s, want %s", round, r.outcome, want)
				}
			}
		}
	})
}

// A random tree of forks, joins and children settles each read once, when the
// last holder has gone, as the worst of what was said.
func TestLineageTreesSettleOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		type holder struct {
			lineage *demand.Lineage
			of      []*readOf // which reads it answers for
		}
		var holders []holder
		worst := map[*readOf]demand.Outcome{}
		say := func(h holder, o demand.Outcome) {
			for _, r := range h.of {
				worst[r] = max(worst[r], o)
			}
		}
		pick := func(t *rapid.T) holder {
			if len(holders) == 0 { // no skip: too many in a row would be a failure
				r := l.read()
				holders = append(holders, holder{r.lineage, []*readOf{r}})
			}
			i := rapid.IntRange(0, len(holders)-1).Draw(t, "holder")
			h := holders[i]
			holders = slices.Delete(holders, i, i+1)
			return h
		}
		t.Repeat(map[string]func(*rapid.T){
			"read":    func(*rapid.T) { r := l.read(); holders = append(holders, holder{r.lineage, []*readOf{r}}) },
			"fork":    func(t *rapid.T) { h := pick(t); holders = append(holders, h, holder{h.lineage.Fork(), h.of}) },
			"release": func(t *rapid.T) { pick(t).lineage.Release() },
			"abandon": func(t *rapid.T) { h := pick(t); say(h, demand.Abandoned); h.lineage.Abandon(errOne) },
			"fail": func(t *rapid.T) {
				h := pick(t)
				say(h, demand.Failed)
				h.lineage.Fail(1, errOne)
				holders = append(holders, h)
			},
			"join": func(t *rapid.T) {
				a := pick(t)
				if len(holders) == 0 {
					a.lineage.Release()
					return
				}
				b := pick(t)
				holders = append(holders, holder{demand.Join([]*demand.Lineage{a.lineage, b.lineage}), slices.Concat(a.of, b.of)})
			},
			"": func(t *rapid.T) {
				held := map[*readOf]bool{}
				for _, h := range holders {
					for _, r := range h.of {
						held[r] = true
					}
				}
				for i, r := range l.reads {
					if held[r] == (r.settled > 0) || r.settled > 1 {
						t.Fatalf("read %d is held: %v, and settled %d times", i, held[r], r.settled)
					}
					if r.settled == 1 && r.outcome != worst[r] {
						t.Fatalf("read %d ended %s, want %s", i, r.outcome, worst[r])
					}
				}
			},
		})
	})
}

func TestOutcomeString(t *testing.T) {
	if got := fmt.Sprint(demand.Done, demand.Failed, demand.Abandoned); got != "done failed abandoned" {
		t.Error(got)
	}
}
