package demand_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

var (
	errClosed = errors.New("closed")
	errLeft   = errors.New("left")
)

// sent is an element on its way over a link, as the model knows it.
type sent struct {
	v      int
	record int32
	read   *readOf
}

// linkScript runs operations, encoded in bytes, on a link and on a slice model
// of it, all on one goroutine and without waiting.
type linkScript struct {
	ledger
	t    tester
	ops  []byte
	link *demand.Link[int]
	from *demand.Island
	cap  int
	next int

	held    []sent // in the ring
	staged  []sent // put, and not yet flushed
	in, out int
	dst     demand.Chunk[int]
	closed  bool
	gone    bool
}

func (s *linkScript) byte() int {
	if len(s.ops) == 0 {
		return 0
	}
	b := s.ops[0]
	s.ops = s.ops[1:]
	return int(b)
}

// runLink runs a script to its end, closes both ends, and checks what is left.
func runLink(t tester, ops []byte) {
	t.Helper()
	s := &linkScript{t: t, ops: ops, from: demand.NewIsland()}
	s.cap = 1 + s.byte()%100
	s.link = demand.NewLink[int]("link", s.cap)
	s.dst.SetIsland(demand.NewIsland())
	for len(s.ops) > 0 {
		switch s.byte() % 10 {
		case 0, 1, 2:
			s.reserve()
		case 3:
			s.put()
		case 4:
			s.flush()
		case 5, 6, 7, 8:
			s.pull()
		case 9:
			switch s.byte() % 16 {
			case 0:
				s.close()
			case 1:
				s.cancel()
			}
		}
		s.look()
	}
	if s.byte()%2 == 0 {
		s.cancel()
		s.close()
	} else {
		s.close()
		s.cancel()
	}
	s.end()
}

// mayBeFull reports that the producer may see no room: credit and places for
// runs are granted by quarters.
func (s *linkScript) mayBeFull() bool {
	places := min(64, s.slots())
	held := len(s.held) + len(s.staged)
	// Every flush may begin a run anew, so elements bound the runs.
	return s.cap-held < (s.cap+3)/4 || places-min(held, s.in) < (places+3)/4
}

func (s *linkScript) slots() int {
	n := 1
	for n < s.cap {
		n *= 2
	}
	return n
}

func (s *linkScript) reserve() {
	if s.closed || len(s.staged) > 0 {
		return
	}
	want := 1 + s.byte()%40
	c := s.link.Reserve(s.from, want, demand.NoWait)
	if s.gone {
		if c != nil {
			s.t.Fatalf("room for %d was reserved although the consumer has gone", c.Free())
		}
		return
	}
	if c == nil {
		if !s.mayBeFull() {
			s.t.Fatalf("no room, although the link holds %d of %d", len(s.held), s.cap)
		}
		return
	}
	if c.Free() < 1 || c.Free() > min(want, s.cap-len(s.held)) || c.Len() != 0 {
		s.t.Fatalf("asked for %d beside %d of %d, reserved %d", want, len(s.held), s.cap, c.Free())
	}
	batch := s.elements(s.byte() % (c.Free() + 1))
	for _, e := range batch {
		c.AppendRecord(e.v, e.record)
	}
	if len(batch) > 0 && batch[0].read != nil {
		c.SetLineage(batch[0].read.lineage)
	}
	s.link.Publish()
	s.arrive(batch)
}

// elements makes n elements of one read, or of none.
func (s *linkScript) elements(n int) (out []sent) {
	kind := s.byte()
	if n == 0 {
		return nil
	}
	var r *readOf
	if kind%3 > 0 {
		r = s.read()
	}
	for range n {
		s.next++
		e := sent{v: s.next, read: r}
		if r != nil && kind%4 == 0 {
			e.record = int32(s.next)
		}
		out = append(out, e)
	}
	return out
}

func (s *linkScript) arrive(batch []sent) {
	s.held = append(s.held, batch...)
	s.in += len(batch)
}

// put copies some elements of a chunk into the ring, as a hub does.
func (s *linkScript) put() {
	room := s.link.Room(s.from)
	if s.closed || s.gone || room == 0 {
		return
	}
	batch := s.elements(1 + s.byte()%room)
	skip := s.byte() % len(batch)
	src := demand.NewChunk[int](len(batch))
	for _, e := range batch {
		src.AppendRecord(e.v, e.record)
	}
	if r := batch[0].read; r != nil {
		src.SetLineage(r.lineage)
	}
	s.link.Put(src, skip, len(batch)-skip)
	src.Advance(src.Len())
	s.staged = append(s.staged, batch[skip:]...)
}

func (s *linkScript) flush() {
	if s.closed {
		return
	}
	s.link.Flush()
	s.arrive(s.staged)
	s.staged = nil
}

func (s *linkScript) pull() {
	room := 1 + s.byte()%50
	s.dst.Reset(room)
	s.dst.SetPatience(demand.NoWait)
	err := s.link.Pull(&s.dst)
	switch {
	case s.gone:
		if err != errLeft || s.dst.Len() > 0 {
			s.t.Fatalf("after Cancel, Pull gave %d elements and %v", s.dst.Len(), err)
		}
		return
	case len(s.held) == 0 && s.closed:
		if err != errClosed || s.dst.Len() > 0 {
			s.t.Fatalf("after Close, Pull gave %d elements and %v", s.dst.Len(), err)
		}
		return
	case err != nil || s.dst.Len() > room || s.dst.Len() == 0 && len(s.held) > 0:
		s.t.Fatalf("of %d held, Pull for %d gave %d and %v", len(s.held), room, s.dst.Len(), err)
	}
	for i, v := range s.dst.Items() {
		got := sent{v, s.dst.Record(i), s.of(s.dst.Lineage())}
		if len(s.held) <= i || got != s.held[i] {
			s.t.Fatalf("element %d of an answer is %+v, want %+v", i, got, s.held[:min(i+1, len(s.held))])
		}
	}
	s.held = s.held[s.dst.Len():]
	s.out += s.dst.Len()
	s.dst.Advance(s.dst.Len() / (1 + s.byte()%2)) // all, or half: the rest is given up
}

func (s *linkScript) close() {
	if !s.closed {
		s.flush()
		s.link.Close(errClosed)
		s.closed = true
	}
}

func (s *linkScript) cancel() {
	if s.gone && s.byte()%2 == 0 {
		s.link.Cancel(errClosed) // the first cause counts
		return
	}
	s.link.Cancel(errLeft)
	s.gone = true
}

// look compares the counts, and that no element in the ring has lost its read.
func (s *linkScript) look() {
	st := s.link.Stats()
	over := s.closed && s.gone
	if int(st.In) != s.in || st.In != st.Out+uint64(st.Held)+st.Discarded || st.Cap != s.cap {
		s.t.Fatalf("counts %+v, want %d in", st, s.in)
	}
	if over {
		if st.Held != 0 || int(st.Discarded) != len(s.held) || int(st.Out) != s.out {
			s.t.Fatalf("both ends have left: %+v, want %d discarded", st, len(s.held))
		}
		return
	}
	if lag := s.out - int(st.Out); lag < 0 || lag >= max(1, (s.cap+3)/4) {
		s.t.Fatalf("%d elements left, %d are granted: %d is a quarter", s.out, st.Out, (s.cap+3)/4)
	}
	for _, e := range slices.Concat(s.held, s.staged) {
		if e.read != nil && e.read.settled > 0 {
			s.t.Fatalf("the read of element %d settled while it is in the ring", e.v)
		}
	}
	if s.link.Gone() != s.gone || s.gone && s.link.Cause() != errLeft || !s.gone && s.link.Cause() != nil {
		s.t.Fatalf("gone %v for %v, want %v", s.link.Gone(), s.link.Cause(), s.gone)
	}
}

func (s *linkScript) end() {
	s.look()
	s.dst.Reset(1)
	s.allSettled(s.t)
	for _, e := range s.held {
		if e.read != nil && e.read.outcome != demand.Abandoned {
			s.t.Fatalf("element %d was swept, and its read ended %s", e.v, e.read.outcome)
		}
	}
}

func TestLinkEqualsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runLink(t, rapid.SliceOfN(rapid.Byte(), 1, 400).Draw(t, "ops"))
	})
}

func FuzzLink(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("one element at a time over a link of one place"))
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		ops := make([]byte, 200)
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		f.Add(ops)
	}
	f.Fuzz(func(t *testing.T, ops []byte) { runLink(t, ops) })
}

func TestLinkBounds(t *testing.T) {
	isl := demand.NewIsland()
	for _, n := range []int{1, 2, 3, 5, 8, 63, 64, 65} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			l := demand.NewLink[int]("", n)
			held := 0
			for {
				c := l.Reserve(isl, n, demand.NoWait)
				if c == nil {
					break
				}
				c.Grow(c.Free())
				held += c.Len()
				l.Publish()
			}
			if held != n || l.Cap() != n {
				t.Errorf("it holds %d, its capacity is %d", held, l.Cap())
			}
		})
	}
	if got := demand.NewLink[int]("", -3).Cap(); got != 1 {
		t.Errorf("the least capacity is %d, want 1", got)
	}
}

// A run of one read for each element fills the places for runs before the ring.
func TestLinkWithARunForEachElement(t *testing.T) {
	var reads ledger
	isl := demand.NewIsland()
	l := demand.NewLink[int]("", 1000)
	sentN := 0
	for c := l.Reserve(isl, 1, demand.NoWait); c != nil; c = l.Reserve(isl, 1, demand.NoWait) {
		c.Append(sentN)
		c.SetLineage(reads.read().lineage)
		l.Publish()
		sentN++
	}
	if sentN != 64 {
		t.Fatalf("%d runs fit, want 64", sentN)
	}
	var dst demand.Chunk[int]
	dst.SetIsland(demand.NewIsland())
	for i := range sentN {
		dst.Reset(10)
		if err := l.Pull(&dst); err != nil || dst.Len() != 1 || dst.Items()[0] != i {
			t.Fatalf("answer %d is %v, %v: an answer has one read", i, dst.Items(), err)
		}
		if i == sentN/4 && l.Reserve(isl, 1, demand.NoWait) == nil {
			t.Fatal("a quarter of the runs has left, and there is no room")
		}
		dst.Advance(1)
	}
	l.Close(demand.ErrCompleted)
	l.Cancel(demand.ErrEnough)
	reads.allSettled(t)
}

// What has left the ring is not kept alive by it.
func TestLinkClearsItsSlots(t *testing.T) {
	isl := demand.NewIsland()
	l := demand.NewLink[*int]("", 4)
	c := l.Reserve(isl, 2, demand.NoWait)
	c.Append(new(int))
	c.Append(new(int))
	memory := c.Items()
	l.Publish()
	var dst demand.Chunk[*int]
	dst.Reset(1)
	if err := l.Pull(&dst); err != nil || memory[0] != nil || memory[1] == nil {
		t.Errorf("after one of two left, the ring holds %v (%v)", memory, err)
	}
	l.Cancel(errLeft)
	l.Close(errClosed)
	if memory[1] != nil {
		t.Error("both ends have left, and the ring holds an element")
	}
}
