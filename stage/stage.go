package stage

import (
	"github.com/weir-go/weir/demand"
)

// A Source is where elements come from. It is a value that describes; each run
// opens it anew.
type Source[T any] interface {
	Meta() Meta
	Open(rt *Runtime) demand.Upstream[T]
}

// A Stage turns elements of one kind into elements of another.
//
// Open is cheap and does no I/O: what can fail does so at the first pull.
type Stage[In, Out any] interface {
	Meta() Meta
	Open(rt *Runtime, up demand.Upstream[In]) demand.Upstream[Out]
}

// A Sink is where elements end.
type Sink[T any] interface {
	Meta() Meta
	Open(rt *Runtime) Writer[T]
}

// A Writer is an opened sink. Its methods are called by one goroutine.
type Writer[T any] interface {
	// Write takes elements off in, from the front and at least one, or fails.
	Write(in *demand.Chunk[T]) error
	// Flush returns when everything written is held by what the sink writes to.
	// Only then do the elements count as handled, if Meta.Flushes is set.
	Flush() error
	// Close ends writing, whatever happened. cause is nil when everything was
	// delivered, written and flushed.
	Close(cause error) error
}

// A Demander is a [Writer] that takes only what it was asked for, like the end
// of the stream towards somebody who requests so many elements.
type Demander interface {
	// Demand returns how many elements may be requested of upstream now. It is asked
	// before each Write, and what is written then is never more. If it is none, the
	// sink flushes and waits; whoever raises it calls wake, the same function in
	// each call, when Demand returns the new value.
	Demand(wake func()) int64
}

// New returns a stage that open opens. kind is its name, unless the option Name
// gives another.
func New[In, Out any](kind string, open func(rt *Runtime, up demand.Upstream[In]) demand.Upstream[Out], opts ...Option) Stage[In, Out] {
	return Make(Configure(kind, TakesName, opts), open)
}

// Make is New with all that a stage may say of itself.
func Make[In, Out any](meta Meta, open func(rt *Runtime, up demand.Upstream[In]) demand.Upstream[Out]) Stage[In, Out] {
	return &made[In, Out]{meta.notNil(open == nil, "open function"), open}
}

type made[In, Out any] struct {
	meta Meta
	open func(*Runtime, demand.Upstream[In]) demand.Upstream[Out]
}

func (m *made[In, Out]) Meta() Meta { return m.meta }

func (m *made[In, Out]) Open(rt *Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
	return m.open(rt, up)
}

// NewSource returns a source that open opens.
func NewSource[T any](meta Meta, open func(rt *Runtime) demand.Upstream[T]) Source[T] {
	return &madeSource[T]{meta.notNil(open == nil, "open function"), open}
}

type madeSource[T any] struct {
	meta Meta
	open func(*Runtime) demand.Upstream[T]
}

func (m *madeSource[T]) Meta() Meta                          { return m.meta }
func (m *madeSource[T]) Open(rt *Runtime) demand.Upstream[T] { return m.open(rt) }

// NewSink returns a sink that open opens.
func NewSink[T any](meta Meta, open func(rt *Runtime) Writer[T]) Sink[T] {
	return &madeSink[T]{meta.notNil(open == nil, "open function"), open}
}

type madeSink[T any] struct {
	meta Meta
	open func(*Runtime) Writer[T]
}

func (m *madeSink[T]) Meta() Meta                 { return m.meta }
func (m *madeSink[T]) Open(rt *Runtime) Writer[T] { return m.open(rt) }
