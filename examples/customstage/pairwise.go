package main

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Pairwise emits each element together with the one before it: of n elements,
// n-1 pairs.
//
// emits when upstream does, from the second element on · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does · a pair descends from its second element
func Pairwise[T any]() stage.Stage[T, [2]T] {
	return stage.New("pairwise", func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[2]T] {
		return &pairwise[T]{up: up}
	})
}

type pairwise[T any] struct {
	up   demand.Upstream[T]
	in   demand.Chunk[T]
	last T
	some bool
}

func (p *pairwise[T]) Pull(dst *demand.Chunk[[2]T]) error {
	return demand.PullTransformed(p.up, &p.in, dst, func(_ int, v T) ([2]T, bool, error) {
		pair, ok := [2]T{p.last, v}, p.some
		p.last, p.some = v, true
		return pair, ok, nil
	})
}

func (p *pairwise[T]) Cancel(cause error) { p.up.Cancel(cause) }
