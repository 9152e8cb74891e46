package flow

import (
	"errors"
	"fmt"

	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// A node is what is known of a part of a graph before it runs, for checks and
// drawings. What runs is in the closures beside it.
type node struct {
	meta      stage.Meta
	shape     shape
	in        []*node
	branch    int  // isBranch: which one of in[0]
	branches  int  // isHub
	blocking  bool // a pull from here may wait without heeding patience
	detached  bool // below a branch that may leave
	automatic bool // a link that nobody wrote
	sides     []Pipeline
}

type shape uint8

const (
	isSource shape = iota
	isStage
	isSink
	isMerge  // inputs on islands of their own
	isJoin   // inputs pulled by turns on one island
	isHub    // one input, many branches
	isBranch // one branch of a hub
)

// nodes leaves out the nil ones; a flow without a source is reported when it
// runs.
func nodes(in ...*node) []*node {
	var out []*node
	for _, n := range in {
		if n == nil {
			n = &node{meta: stage.Meta{Kind: "flow", Err: errNoSource}}
		}
		out = append(out, n)
	}
	return out
}

// joining is the node of a stage with many inputs.
func joining(m stage.Meta, as shape, in ...*node) *node {
	n := &node{meta: m, shape: as, in: nodes(in...), detached: len(in) > 0}
	for _, i := range n.in {
		n.blocking = n.blocking || as == isJoin && i.blocking
		n.detached = n.detached && i.detached
	}
	return n
}

// walk visits every node of the graph once, inputs first.
func walk(roots []*node, visit func(*node)) {
	seen := map[*node]bool{}
	var step func(*node)
	step = func(n *node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		for _, in := range n.in {
			step(in)
		}
		visit(n)
		for _, p := range n.sides {
			step(p.n)
		}
	}
	for _, n := range roots {
		step(n)
	}
}

// check returns all mistakes of a graph.
func check(roots []*node) error {
	var errs []error
	read := map[*node]map[int]int{}
	walk(roots, func(n *node) {
		if n.meta.Err != nil {
			errs = append(errs, place(n.meta.Title(), n.meta.Err))
		}
		if n.shape == isBranch {
			hub := n.in[0]
			if read[hub] == nil {
				read[hub] = map[int]int{}
			}
			read[hub][n.branch]++
		}
	})
	for hub, branches := range read {
		for i := range hub.branches {
			if branches[i] == 0 {
				errs = append(errs, place(hub.meta.Title(), fmt.Errorf("nobody reads branch %d of %d", i, hub.branches)))
			}
		}
	}
	return errors.Join(errs...)
}

func place(name string, err error) error {
	var placed *stage.Error
	if errors.As(err, &placed) {
		return err
	}
	return &stage.Error{Stage: name, Err: err}
}

// wantsRecords reports that some policy of the graph has use for record
// numbers.
func wantsRecords(roots []*node) (yes bool) {
	walk(roots, func(n *node) {
		yes = yes || n.meta.OnError.WantsRecords()
		for _, part := range n.meta.Parts {
			yes = yes || part.OnError.WantsRecords()
		}
	})
	return yes
}

// build is the opening of one run. A hub is opened once, however many branches
// lead to it.
type build struct {
	run  *engine.Run
	hubs map[*node]any
}

func (b *build) hub(n *node, open func() (any, error)) (any, error) {
	if h, ok := b.hubs[n]; ok {
		return h, nil
	}
	h, err := open()
	if err == nil {
		b.hubs[n] = h
	}
	return h, err
}
