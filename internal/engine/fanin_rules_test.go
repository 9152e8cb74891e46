package engine_test

import (
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// The fan-ins keep the rules of an upstream: what the kit gives is their first
// input, beside one that gives what is determined.
func TestFanInKeepsTheRules(t *testing.T) {
	merge := func(by engine.Choice, beside demand.Upstream[int]) func(*engine.Cell, demand.Upstream[int]) demand.Upstream[int] {
		return func(cell *engine.Cell, up demand.Upstream[int]) demand.Upstream[int] {
			return engine.Merge(cell, []demand.Upstream[int]{up, beside}, by, 5, 1, 64)
		}
	}
	for name, open := range map[string]func(*engine.Cell, demand.Upstream[int]) demand.Upstream[int]{
		"Merge":            merge(engine.Choice{}, nothing{}),
		"MergePreferred":   merge(engine.Choice{Preferred: true}, nothing{}),
		"MergePrioritized": merge(engine.Choice{Weights: []int{2, 3}}, nothing{}),
		"Race":             merge(engine.Choice{Race: true}, quiet{}),
		"WithLatestFrom": func(cell *engine.Cell, up demand.Upstream[int]) demand.Upstream[int] {
			return engine.WithLatestFrom(cell, up, &once{}, func(v, _ int) int { return v }, "superseded", 5, 1, 64)
		},
	} {
		t.Run(name, func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, int] {
				return stage.Make(stage.Meta{Kind: name, Link: true}, func(rt *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] {
					return open(rt.Cell(), up)
				})
			}, numbers(0, 12), stagetest.Want(numbers(0, 12)...))
		})
	}
}

// nothing completes without an element.
type nothing struct{}

func (nothing) Pull(*demand.Chunk[int]) error { return demand.ErrCompleted }
func (nothing) Cancel(error)                  {}

// quiet never answers.
type quiet struct{}

func (quiet) Pull(dst *demand.Chunk[int]) error {
	dst.Island().Wait(func() bool { return false }, demand.Until(time.Now().Add(1<<50)), &demand.Waiting{Link: "quiet", Outside: true})
	return demand.ErrStopped
}
func (quiet) Cancel(error) {}

// once gives one element.
type once struct{ given bool }

func (o *once) Pull(dst *demand.Chunk[int]) error {
	if o.given {
		return demand.ErrCompleted
	}
	o.given = true
	dst.Append(7)
	return nil
}
func (o *once) Cancel(error) {}
