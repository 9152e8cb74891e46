package operators

import "github.com/weir-go/weir/demand"

// transform makes at most one element of each. It is the inside of FilterMap,
// MapErr and MapContext.
type transform[In, Out any] struct {
	up demand.Upstream[In]
	in demand.Chunk[In]
	f  func(i int, v In) (Out, bool, error)
}

func (t *transform[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	for {
		if err := demand.Refill(t.up, &t.in, dst); err != nil || t.in.Len() == 0 {
			return err
		}
		if _, err := demand.TransformInto(dst, &t.in, t.f); err != nil {
			if t.in.Fail(err); dst.Len() == 0 {
				return err
			}
		}
		if dst.Len() > 0 {
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

func (t *transform[In, Out]) Cancel(cause error) { t.up.Cancel(cause) }
