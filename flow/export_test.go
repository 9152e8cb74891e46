package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// AsStage makes a stage of what around makes of its input, so that the kit of
// rules can be run on flows of many.
func AsStage[In, Out any](around func(Flow[In]) Flow[Out]) stage.Stage[In, Out] {
	return stage.New("AsStage", func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		in := Flow[In]{n: &node{shape: isSource}, open: func(*build) (demand.Upstream[In], error) { return up, nil }}
		out, err := around(in).up(&build{run: rt.Cell().Run, hubs: map[*node]any{}})
		if err != nil {
			return failed[Out]{err}
		}
		return out
	})
}

type failed[T any] struct{ err error }

func (f failed[T]) Pull(*demand.Chunk[T]) error { return f.err }
func (f failed[T]) Cancel(error)                {}
