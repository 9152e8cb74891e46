package engine

import (
	"fmt"

	"github.com/weir-go/weir/demand"
)

// Route says how a hub divides elements among its branches.
type Route uint8

const (
	ToAll     Route = iota // every branch gets every element
	ToAny                  // each element goes to one branch that has room
	ToMatched              // a function chooses the branch
)

// BranchOptions say what a branch does to the others.
type BranchOptions struct {
	DropSlow bool // without room it loses elements, counted, instead of holding all
	Detach   bool // when it fails or leaves, the others go on as if it had never been
}

// A Hub divides one upstream among branches. It has an island and a link for
// each branch.
type Hub[T any] struct {
	cell     *Cell
	up       demand.Upstream[T]
	route    Route
	choose   func(T) int
	branches []*branch[T]
	pace     pacer
	h        *island
	in       demand.Chunk[T]
	given    int // elements of in that branches have got
	next     int
}

type branch[T any] struct {
	link  *demand.Link[T]
	opt   BranchOptions
	gone  bool
	taken bool
	led   bool // it does not keep the hub going by itself
	cell  *Cell

	// of the chunk that is being divided
	room  int             // what the link can take of it
	child *demand.Lineage // what a branch that may leave answers with
}

// NewHub adds a hub of n branches with links of the given capacity.
func NewHub[T any](cell *Cell, up demand.Upstream[T], route Route, choose func(T) int, opts []BranchOptions, capacity, windowMin, windowMax int) *Hub[T] {
	hub := &Hub[T]{cell: cell, up: up, route: route, choose: choose, pace: newPacer(windowMin, windowMax)}
	for i, opt := range opts {
		c := cell.Part(itoa(i))
		l := demand.NewLink[T](c.Name, capacity)
		cell.Run.watchLink(c, l.Stats)
		hub.branches = append(hub.branches, &branch[T]{link: l, opt: opt, cell: c})
	}
	cell.Run.island(cell, hub.drive)
	return hub
}

// Branch returns the i-th branch, which may be taken once.
func (hub *Hub[T]) Branch(i int) (demand.Upstream[T], error) {
	b := hub.branches[i]
	if b.taken {
		return nil, fmt.Errorf("branch %d is read twice", i)
	}
	b.taken = true
	return &linkEnd[T]{Link: b.link, r: hub.cell.Run}, nil
}

// LeadBy makes the hub end, and complete the other branches, when the i-th has
// left.
func (hub *Hub[T]) LeadBy(i int) {
	for j, b := range hub.branches {
		b.led = j != i
	}
}

// Unread returns the first branch that nobody reads, or -1.
func (hub *Hub[T]) Unread() int {
	for i, b := range hub.branches {
		if !b.taken {
			return i
		}
	}
	return -1
}

// Name returns the name of the hub's stage.
func (hub *Hub[T]) Name() string { return hub.cell.Name }

func (hub *Hub[T]) drive(h *island) {
	hub.h, hub.pace.h = h, h
	hub.in.SetIsland(h.Island)
	err := h.protect(hub.loop)
	if err == demand.ErrStopped {
		err = h.r.cause()
	}
	h.cur = hub.cell
	hub.handOver() // a function that failed comes behind what it was called for before
	for _, b := range hub.branches {
		if b.led && err == demand.ErrEnough {
			b.link.Close(demand.ErrCompleted) // it got all that the leading one took
			continue
		}
		b.link.Close(err)
	}
	h.finish(err, func() { hub.up.Cancel(err) }, func() int { return hub.in.Abandon(err) })
}

func (hub *Hub[T]) loop() error {
	for {
		want := hub.pace.begin()
		room, err := hub.room()
		if err != nil {
			return err
		}
		hub.in.Reset(min(want, room))
		if err := hub.up.Pull(&hub.in); err != nil {
			return err
		}
		n := hub.in.Len()
		hub.cell.chunks++
		if err := hub.divide(); err != nil {
			return err
		}
		hub.pace.end(n)
	}
}

// room waits until the branches that matter have room, and returns for how
// many elements.
func (hub *Hub[T]) room() (int, error) {
	for {
		room, full, err := hub.look()
		if err != nil || room > 0 {
			return room, err
		}
		ready := func() bool {
			r, _, err := hub.look()
			return r > 0 || err != nil
		}
		if !hub.h.Wait(ready, demand.Forever, &demand.Waiting{Link: full, ForRoom: true}) {
			return 0, demand.ErrStopped
		}
	}
}

// look returns the room that the route allows for, or the name of a link that
// is full, or why nobody wants more.
func (hub *Hub[T]) look() (room int, full string, err error) {
	const plenty = 1 << 30
	least, most, live := plenty, 0, 0
	for _, b := range hub.branches {
		if b.link.Gone() {
			b.gone = true
			if cause := b.link.Cause(); cause != demand.ErrEnough && !b.opt.Detach {
				return 0, "", cause
			}
			continue
		}
		if !b.led {
			live++
		}
		r := b.link.Room(hub.h.Island)
		most = max(most, r)
		if r == 0 && !b.opt.DropSlow {
			full = b.link.Name()
		}
		if !b.opt.DropSlow {
			least = min(least, r)
		}
	}
	switch {
	case live == 0:
		return 0, "", demand.ErrEnough
	case hub.route == ToAny:
		return most, full, nil
	}
	return least, full, nil
}

// divide gives the elements of in to the branches.
func (hub *Hub[T]) divide() error {
	n := hub.in.Len()
	for _, b := range hub.branches {
		b.room = b.link.Room(hub.h.Island) // more, maybe, than when they were asked for
	}
	switch hub.route {
	case ToAll:
		for _, b := range hub.branches {
			hub.give(b, 0, n)
		}
		hub.given = n
	case ToAny:
		hub.balance(n)
	case ToMatched:
		if err := hub.match(); err != nil {
			return err
		}
	}
	hub.handOver()
	return nil
}

// handOver shows the branches what they were given of in.
func (hub *Hub[T]) handOver() {
	for _, b := range hub.branches {
		if !b.gone {
			b.link.Flush()
		}
		b.child.Release()
		b.child = nil
	}
	hub.in.Advance(hub.given)
	hub.given = 0
}

// give puts n elements from the i-th on into a branch; what does not fit into
// a branch that is not waited for is dropped and counted.
func (hub *Hub[T]) give(b *branch[T], i, n int) {
	if b.gone {
		if hub.route == ToMatched {
			hub.cell.Drop(demand.ReasonDetached, n)
		}
		return
	}
	// The room is that before the chunk was divided: in one chunk all that a branch gets is of
	// one lineage, so it takes one place for that, which the link still had.
	fit := min(n, b.room)
	if fit > 0 {
		b.room -= fit
		if b.opt.Detach {
			// The branch answers for its copies with a lineage that can be given up.
			whole := hub.in.TakeLineage()
			if b.child == nil {
				b.child = whole.Fork().Child(func() {})
			}
			hub.in.SetLineage(b.child.Fork())
			b.link.Put(&hub.in, i, fit)
			hub.in.SetLineage(whole)
		} else {
			b.link.Put(&hub.in, i, fit)
		}
		hub.cell.out += uint64(fit)
	}
	if fit < n {
		b.cell.Drop(demand.ReasonSlowBranch, n-fit)
	}
}

// balance gives the elements to branches with room, the next in turn first.
func (hub *Hub[T]) balance(n int) {
	for at := 0; at < n; {
		b := hub.branches[hub.next%len(hub.branches)]
		hub.next++
		if b.gone {
			continue
		}
		if k := min(n-at, b.room); k > 0 {
			hub.give(b, at, k)
			at += k
		}
	}
	hub.given = n
}

// match gives each element to the branch chosen for it.
func (hub *Hub[T]) match() error {
	at, to := 0, -1 // elements from given up to at are for branch to
	give := func() {
		if at > hub.given {
			hub.give(hub.branches[to], hub.given, at-hub.given)
			hub.given = at
		}
	}
	defer give() // also where choose panics
	for _, v := range hub.in.Items() {
		k := hub.choose(v)
		if k < 0 || k >= len(hub.branches) {
			return Located(hub.cell.Name, fmt.Errorf("element %v was given to branch %d of %d", v, k, len(hub.branches)))
		}
		if k != to {
			give()
			to = k
		}
		at++
	}
	return nil
}
