package stage

import "github.com/weir-go/weir/demand"

// OpenWithin opens s as a part of the stage that rt belongs to, which makes and
// ends such parts while it runs: they have no counts of their own, but count into
// that stage. s must not be one with a link. It is for the library's own packages.
func OpenWithin[In, Out any](rt *Runtime, s Stage[In, Out], up demand.Upstream[In]) demand.Upstream[Out] {
	if c, ok := s.(interface {
		openWithin(*Runtime, demand.Upstream[In]) demand.Upstream[Out]
	}); ok {
		return c.openWithin(rt, up)
	}
	return s.Open(&Runtime{cell: rt.cell, meta: s.Meta(), scope: rt.scope}, up)
}

func (c *composed[A, B, C]) openWithin(rt *Runtime, up demand.Upstream[A]) demand.Upstream[C] {
	return OpenWithin(rt, c.second, OpenWithin(rt, c.first, up))
}
