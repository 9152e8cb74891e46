package flow

import (
	"fmt"
	"strings"

	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// String shows the islands of the pipeline, one a line: what is fused is joined
// by →, and a link to another island, with its capacity, is a =[n]=>.
func (p Pipeline) String() string { return Describe(p) }

// Mermaid draws the pipeline as a Mermaid flowchart: a box for each island, thin
// arrows inside it and thick ones, with their capacity, for links.
func (p Pipeline) Mermaid() string { return Mermaid(p) }

// Describe is Pipeline.String for pipelines that run together.
func Describe(pipelines ...Pipeline) string {
	d := draw(pipelines)
	var b strings.Builder
	for i, isl := range d.islands {
		fmt.Fprintf(&b, "island %d: ", i+1)
		for j, id := range isl.boxes {
			box := d.boxes[id]
			if e, ok := d.into(id, isl.boxes[:j]); ok && !e.link {
				b.WriteString(" → ")
			} else if j > 0 {
				b.WriteString(" + ")
			}
			b.WriteString(d.linksInto(id))
			b.WriteString(box.title)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// linksInto describes the links that lead to a box; many are put in brackets.
func (d *drawing) linksInto(id int) string {
	var in []string
	for _, e := range d.edges {
		if e.link && e.to == id {
			in = append(in, fmt.Sprintf("%s =[%d]=>", d.boxes[e.from].title, e.capacity))
		}
	}
	switch len(in) {
	case 0:
		return ""
	case 1:
		return in[0] + " "
	}
	return "(" + strings.Join(in, ", ") + ") "
}

// Mermaid is Pipeline.Mermaid for pipelines that run together.
func Mermaid(pipelines ...Pipeline) string {
	d := draw(pipelines)
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, isl := range d.islands {
		fmt.Fprintf(&b, "  subgraph island%d [island %d]\n", i+1, i+1)
		for _, id := range isl.boxes {
			fmt.Fprintf(&b, "    n%d%s\n", id, d.boxes[id].mermaid())
		}
		b.WriteString("  end\n")
	}
	for _, e := range d.edges {
		if e.link {
			fmt.Fprintf(&b, "  n%d ==>|%d| n%d\n", e.from, e.capacity, e.to)
		} else {
			fmt.Fprintf(&b, "  n%d --> n%d\n", e.from, e.to)
		}
	}
	return b.String()
}

// drawing is the graph as it will run: what is opened twice is drawn twice.
type drawing struct {
	boxes   []box
	edges   []edge
	islands []*drawnIsland
	hubs    map[*node]int // the box of a hub
	done    map[*node]bool
}

type box struct {
	title string
	shape shape
}

type edge struct {
	from, to int
	link     bool
	capacity int
}

type drawnIsland struct{ boxes []int }

func draw(pipelines []Pipeline) *drawing {
	d := &drawing{hubs: map[*node]int{}, done: map[*node]bool{}}
	for _, p := range pipelines {
		d.pipeline(p)
	}
	return d
}

func (d *drawing) pipeline(p Pipeline) {
	if p.n == nil || d.done[p.n] {
		return
	}
	d.done[p.n] = true
	isl := &drawnIsland{}
	d.node(p.n, isl)
	d.islands = append(d.islands, isl)
}

func (d *drawing) box(title string, s shape, isl *drawnIsland) int {
	d.boxes = append(d.boxes, box{title, s})
	id := len(d.boxes) - 1
	isl.boxes = append(isl.boxes, id)
	return id
}

// node draws n and all above it, and returns its box and, where a link leads
// away from it, the link's capacity.
func (d *drawing) node(n *node, isl *drawnIsland) (id, link int) {
	switch n.shape {
	case isHub:
		return d.hub(n), orDefault(n.meta.Capacity, engine.HubCapacity)
	case isBranch:
		id, link = d.node(n.in[0], isl)
		for _, side := range n.sides {
			d.pipeline(side)
		}
		return id, link
	case isMerge:
		capacity := orDefault(n.meta.Capacity, engine.MergeCapacity)
		var froms, links []int
		for _, in := range n.in {
			up := &drawnIsland{}
			from, l := d.node(in, up)
			d.add(up)
			froms, links = append(froms, from), append(links, orDefault(l, capacity))
		}
		id = d.box(n.meta.Title(), n.shape, isl)
		for i, from := range froms {
			d.edges = append(d.edges, edge{from, id, true, links[i]})
		}
		return id, 0
	}
	parts := n.meta.Parts
	if parts == nil {
		parts = []stage.Meta{n.meta}
	}
	return d.parts(n, parts, isl)
}

// parts draws the last of a chain of stages, after those before it.
func (d *drawing) parts(n *node, parts []stage.Meta, isl *drawnIsland) (id, link int) {
	last := parts[len(parts)-1]
	above := func(isl *drawnIsland) (froms, links []int) {
		if len(parts) > 1 {
			from, l := d.parts(n, parts[:len(parts)-1], isl)
			return []int{from}, []int{l}
		}
		for _, in := range n.in {
			from, l := d.node(in, isl)
			froms, links = append(froms, from), append(links, l)
		}
		return froms, links
	}
	if last.Link {
		up := &drawnIsland{}
		froms, links := above(up)
		id = d.box(last.Title(), n.shape, up)
		d.connect(froms, links, id)
		d.add(up)
		return id, last.Capacity
	}
	froms, links := above(isl)
	id = d.box(last.Title(), n.shape, isl)
	d.connect(froms, links, id)
	return id, 0
}

func (d *drawing) connect(froms, links []int, to int) {
	for i, from := range froms {
		d.edges = append(d.edges, edge{from, to, links[i] > 0, links[i]})
	}
}

func (d *drawing) hub(n *node) int {
	if id, ok := d.hubs[n]; ok {
		return id
	}
	up := &drawnIsland{}
	from, link := d.node(n.in[0], up)
	id := d.box(n.meta.Title(), isHub, up)
	d.connect([]int{from}, []int{link}, id)
	d.add(up)
	d.hubs[n] = id
	return id
}

func (d *drawing) add(isl *drawnIsland) {
	if len(isl.boxes) > 0 {
		d.islands = append(d.islands, isl)
	}
}

// into returns the edge that leads to a box from one of others.
func (d *drawing) into(id int, others []int) (edge, bool) {
	for _, e := range d.edges {
		for _, o := range others {
			if e.to == id && e.from == o {
				return e, true
			}
		}
	}
	return edge{}, false
}

func (b box) mermaid() string {
	title := strings.ReplaceAll(b.title, `"`, "#quot;")
	switch b.shape {
	case isSource, isSink:
		return `(["` + title + `"])`
	case isHub, isMerge, isJoin:
		return `{{"` + title + `"}}`
	}
	return `["` + title + `"]`
}
