package main

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// spy returns a stage that passes everything on and tells the ledger of each
// request and each answer. It is fused: it runs on the goroutine of whoever
// pulls from it.
func spy[T any](l *ledger, e edge) stage.Stage[T, T] {
	return stage.New("spy", func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &tap[T]{up: up, ledger: l, edge: e}
	}, stage.Name(e.from+" to "+e.to))
}

type tap[T any] struct {
	up     demand.Upstream[T]
	ledger *ledger
	edge   edge
}

func (s *tap[T]) Pull(dst *demand.Chunk[T]) error {
	s.ledger.request(s.edge, dst.Free())
	err := s.up.Pull(dst)
	if err != nil {
		s.ledger.end(s.edge, err)
		return err
	}
	s.ledger.answer(s.edge, dst.Len(), dst.Items())
	return nil
}

func (s *tap[T]) Cancel(cause error) {
	s.ledger.cancel(s.edge, cause)
	s.up.Cancel(cause)
}
