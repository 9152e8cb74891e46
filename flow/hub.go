package flow

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// members are the consumers of a dynamic hub, each with a buffer of its own.
// They join when their run is opened, and leave when it has ended; the one
// producer puts elements into their buffers, and looks at who is there anew for
// each.
type members[T any] struct {
	mu     sync.Mutex
	all    []*member[T] // in order of joining; replaced, never changed
	ids    int
	joined chan struct{} // closed when somebody joins, or the hub ends
	ended  error         // why nothing comes any more
}

type member[T any] struct {
	id       int
	name     string
	capacity int
	buf      *demand.Buffer[T]
}

func newMembers[T any]() *members[T] { return &members[T]{joined: make(chan struct{})} }

// present returns who is there. While there is nobody, joined is closed when that
// changes.
func (h *members[T]) present() (all []*member[T], joined <-chan struct{}, ended error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all, h.joined, h.ended
}

func (h *members[T]) join(m *member[T]) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ids++
	m.id = h.ids
	if h.ended != nil {
		m.buf.Close(h.ended)
		return
	}
	h.all = append(h.all[:len(h.all):len(h.all)], m)
	h.wake()
}

func (h *members[T]) wake() {
	close(h.joined)
	h.joined = make(chan struct{})
}

func (h *members[T]) leave(m *member[T]) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.Index(h.all, m); i >= 0 {
		h.all = slices.Concat(h.all[:i], h.all[i+1:])
	}
}

// end completes all consumers, those to come too, or fails them.
func (h *members[T]) end(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended != nil {
		return
	}
	h.ended = err
	for _, m := range h.all {
		m.buf.Close(err)
	}
	h.all = nil
	h.wake()
}

// source returns a source that joins. It serves any number of runs, and each
// joins anew.
func (h *members[T]) source(kind string, n int, overflow demand.Overflow, opts []stage.Option) stage.Source[T] {
	m := stage.Configure(kind, stage.TakesName, opts).Positive(n, "capacity")
	m = m.Require(overflow.Valid(), "unknown overflow strategy %d", uint8(overflow))
	m.DrainsItself = true
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		me := &member[T]{name: rt.Name(), capacity: n, buf: demand.NewBuffer(demand.BufferConfig[T]{Name: rt.Name(), Capacity: n, Overflow: overflow})}
		h.join(me)
		// A run that was opened and could not start has no other end.
		stop := context.AfterFunc(rt.Context(), func() {
			h.leave(me)
			me.buf.Cancel(context.Cause(rt.Context()))
		})
		return openHubEnd(rt, me.buf, func() { stop(); h.leave(me) })
	})
}

// hubEnd is where elements leave a hub for the run that pulls.
type hubEnd[T any] struct {
	*demand.Buffer[T]
	leave func()
}

// openHubEnd ties a buffer of a hub to the run of its consumer. leave is called
// when the consumer wants no more.
func openHubEnd[T any](rt *stage.Runtime, buf *demand.Buffer[T], leave func()) demand.Upstream[T] {
	rt.WatchBuffer(buf.Stats)
	rt.OnDrain(func() { buf.Close(demand.ErrDrained) })
	return &hubEnd[T]{buf, leave}
}

func (e *hubEnd[T]) Pull(dst *demand.Chunk[T]) error {
	err := e.Buffer.Pull(dst)
	if err == demand.ErrDrained {
		return demand.ErrCompleted // all that was taken in has been delivered
	}
	return err
}

func (e *hubEnd[T]) Cancel(cause error) {
	e.leave()
	e.Buffer.Cancel(cause)
}

// offer puts the front element of in into buf, and waits for room as the buffer
// says: until the run of the producer ends. What hinders it is the end of that
// run, or of the consumer.
func offer[T any](rt *stage.Runtime, buf *demand.Buffer[T], in *demand.Chunk[T]) error {
	if buf.Room() == 0 {
		defer stage.WaitsForRoom(in)()
	}
	err := buf.OfferFrom(rt.Context().Done(), in)
	if err == demand.ErrStopped {
		return context.Cause(rt.Context())
	}
	return err
}

// over turns the end of a hub into that of a producer: one that can't give any
// more because all is well has given enough.
func over(err error) error {
	for _, well := range []error{demand.ErrCompleted, demand.ErrEnough, demand.ErrDrained} {
		if errors.Is(err, well) {
			return demand.ErrEnough
		}
	}
	return err
}
