package operators_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

const ms = time.Millisecond

// timeline returns a source whose elements come at the given times, which heeds
// patience and keeps what nobody asked for. end, where not nil, comes after them;
// else it stays open.
func timeline(end error, at ...time.Duration) flow.Flow[int] {
	return flow.From(stage.NewSource(stage.Meta{Kind: "timeline"}, func(rt *stage.Runtime) demand.Upstream[int] {
		return &timelineSource{rt: rt, begun: time.Now(), at: at, end: end, asleep: demand.Waiting{Link: "timeline", Outside: true}}
	}))
}

type timelineSource struct {
	rt     *stage.Runtime
	begun  time.Time
	at     []time.Duration
	next   int
	end    error
	asleep demand.Waiting
	alarm  demand.Alarm
}

func (s *timelineSource) Pull(dst *demand.Chunk[int]) error {
	due := func() bool { return s.next < len(s.at) && time.Since(s.begun) >= s.at[s.next] }
	for !due() {
		until := demand.Forever
		if s.next < len(s.at) {
			until = demand.Until(s.begun.Add(s.at[s.next]))
		} else if s.end != nil {
			return s.end
		}
		patience := dst.Patience()
		if at, ok := until.Deadline(); ok && patience.IsNoWait() {
			s.alarm.Set(dst.Island(), at)
		}
		dst.Island().Wait(func() bool { return due() || s.rt.Draining() }, patience.Sooner(until), &s.asleep)
		switch {
		case dst.Island().Stopped():
			return demand.ErrStopped
		case s.rt.Draining():
			return demand.ErrCompleted
		}
		if patience.Out(time.Now()) && !due() {
			return nil
		}
	}
	for dst.Free() > 0 && due() {
		dst.Append(s.next)
		s.next++
	}
	return nil
}

func (s *timelineSource) Cancel(cause error) {
	s.alarm.Stop()
	s.at, s.next, s.end = nil, 0, cause
}

// every returns the times of n elements, one every d from the beginning.
func every(d time.Duration, n int) (at []time.Duration) {
	for i := range n {
		at = append(at, time.Duration(i)*d)
	}
	return at
}

// A moment is what a sink got, and when.
type moment struct {
	at   time.Duration
	what string
}

func (m moment) String() string { return fmt.Sprint(m.what, "@", m.at) }

// watch runs a flow into a sink that takes its time, and returns what came when.
func watch[T any](t *testing.T, f flow.Flow[T], slow time.Duration, opts ...stage.Option) (got []moment, err error) {
	t.Helper()
	begun := time.Now()
	err = f.To(sink.ForEach(func(v T) error {
		got = append(got, moment{time.Since(begun), fmt.Sprint(v)})
		time.Sleep(slow)
		return nil
	}, opts...)).Run(t.Context())
	return got, err
}

func wantMoments(t *testing.T, got []moment, want ...moment) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
