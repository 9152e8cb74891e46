package flow_test

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

func flatMapOp[In, Out any](f func(In) []Out) stage.Stage[In, Out] {
	return stage.New("flat", func(_ *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &flatOp[In, Out]{up: up, f: f}
	})
}

type flatOp[In, Out any] struct {
	up   demand.Upstream[In]
	in   demand.Chunk[In]
	f    func(In) []Out
	rest []Out
	open bool
}

func (m *flatOp[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	for {
		if err := demand.Refill(m.up, &m.in, dst); err != nil {
			return err
		}
		if m.in.Len() == 0 {
			return nil
		}
		for m.in.Len() > 0 && dst.Free() > 0 {
			if !m.open {
				m.rest, m.open = m.f(m.in.Items()[0]), true
			}
			if len(m.rest) > 0 {
				if !demand.Adopt(dst, &m.in) {
					return nil
				}
				k := copy(dst.Spare(), m.rest)
				dst.Grow(k)
				m.rest = m.rest[k:]
			}
			if len(m.rest) > 0 {
				break
			}
			m.open = false
			m.in.Advance(1)
		}
		if dst.Len() > 0 {
			return nil
		}
	}
}
func (m *flatOp[In, Out]) Cancel(err error) { m.up.Cancel(err) }
