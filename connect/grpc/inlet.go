package weirgrpc

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// An inlet is where a run pulls what came over a wire. Its methods are called by the
// goroutine that pulls.
type inlet[T any] struct {
	*wire
	rt      *stage.Runtime
	codec   Codec[T]
	name    string
	waiting demand.Waiting
	begun   bool
	end     error // sticky, behind what was given

	block block // the elements being given
	given int64 // the number of the last one
}

func newInlet[T any](rt *stage.Runtime, w *wire, codec Codec[T], name string) *inlet[T] {
	in := &inlet[T]{wire: w, rt: rt, codec: codec, name: name, given: w.cfg.after}
	in.waiting = demand.Waiting{Link: rt.Name(), Outside: true}
	w.draining = rt.Draining
	rt.OnDrain(w.rouse)
	rt.OnClose(w.close)
	return in
}

// Pull implements demand.Upstream.
func (in *inlet[T]) Pull(dst *demand.Chunk[T]) error {
	in.start(dst)
	room := dst.Free()
	for in.end == nil {
		err := in.take(dst)
		if err != nil {
			in.Cancel(err)
		} else {
			in.request(in.given, room, dst.Len() > 0)
		}
		if dst.Len() > 0 {
			return nil
		}
		if err == nil && !dst.Island().Wait(in.ready, dst.Patience(), &in.waiting) {
			if dst.Island().Stopped() {
				return demand.ErrStopped
			}
			return nil
		}
	}
	return in.end
}

// start opens the stream at the first pull.
func (in *inlet[T]) start(dst *demand.Chunk[T]) {
	if in.begun {
		return
	}
	in.begun = true
	if dst.Island() == nil {
		dst.SetIsland(demand.NewIsland())
	}
	in.begin(in.rt.Context(), dst.Island())
}

// take gives what has come, as one read. Its error comes behind that.
func (in *inlet[T]) take(dst *demand.Chunk[T]) (err error) {
	from, hurry, records := in.given, dst.HurryFlag(), in.rt.Records()
	for dst.Free() > 0 && err == nil && !(dst.Len() > 0 && hurry.Load()) {
		if in.block.count == 0 {
			if in.block, err = in.pop(); in.block.count == 0 {
				break
			}
		}
		var data []byte
		data, in.block.body = next(in.block.body)
		in.block.count--
		var v T
		if v, err = in.codec.Decode(data); err != nil {
			if err = in.rt.Refuse(data, demand.Position{Source: in.name, Record: in.given + 1}, err); err == nil {
				in.given++
			}
			continue
		}
		in.given++
		if records {
			dst.AppendRecord(v, int32(in.given-from))
		} else {
			dst.Append(v)
		}
	}
	switch e := in.given; {
	case e == from:
	case dst.Len() == 0: // all of them were refused
		in.wire.settle(in.ledger.begin(e), true)
	default:
		of := in.ledger.begin(e)
		l := demand.NewLineage(func(s demand.Settlement) { in.wire.settle(of, s.Outcome == demand.Done) })
		l.Origin = demand.Origin{Source: in.name, Base: from}
		dst.SetLineage(l)
	}
	return err
}

// Cancel implements demand.Upstream.
func (in *inlet[T]) Cancel(cause error) {
	if in.end == nil {
		in.end = cause
	}
	in.leave(cause)
	in.rt.Discarded(int(in.block.count + in.drop()))
	in.block = block{}
}
