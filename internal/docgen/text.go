package main

import (
	"slices"
	"strings"
)

// A contract is what the last paragraph of an operator's documentation says:
// "emits when … · backpressures when … · completes when …".
type contract struct{ rows []row }

type row struct{ when, what string }

// The beginnings of the parts, in the order in which they are shown, and what
// holds where an operator says nothing.
var parts = []struct{ when, starts, silent string }{
	{"emits when", "emits when ", ""},
	{"backpressures when", "backpressures when ", ""},
	{"completes", "completes ", ""},
	{"fails", "fails ", ""},
	{"cancels", "cancels ", ""},
	{"order", "order ", "kept"},
	{"goroutines", "starts ", "none of its own"},
	{"holds at most", "holds ", "what downstream has asked for"},
}

func parseContract(doc string) (c contract) {
	pieces := strings.Split(strings.Join(strings.Fields(doc), " "), " · ")
	for _, p := range parts {
		what := p.silent
		for _, piece := range pieces {
			if after, ok := strings.CutPrefix(piece, p.starts); ok {
				what = strings.TrimSuffix(after, ".")
			}
		}
		if what != "" {
			c.rows = append(c.rows, row{p.when, strings.TrimPrefix(what, "at most ")})
		}
	}
	return c
}

// cutDiagram takes the marble diagram out of a documentation: the indented lines
// that hold a time line, in which each - is a moment
func cutDiagram(doc string) (rest, diagram string) {
	var text, drawn []string
	var block []string
	flush := func() {
		if slices.ContainsFunc(block, isTimeline) {
			drawn = append(drawn, block...)
		} else {
			text = append(text, block...)
		}
		block = nil
	}
	for line := range strings.SplitSeq(doc, "\n") {
		if strings.HasPrefix(line, "\t") {
			block = append(block, line)
			continue
		}
		flush()
		text = append(text, line)
	}
	flush()
	for i, l := range drawn {
		drawn[i] = strings.TrimPrefix(l, "\t")
	}
	return strings.Join(text, "\n"), strings.TrimRight(strings.Join(drawn, "\n"), "\n")
}

func isTimeline(line string) bool {
	f := strings.Fields(line)
	return len(f) > 1 && slices.ContainsFunc(f[1:], func(w string) bool { return strings.Contains(w, "-") })
}

// cutElsewhere takes out the paragraph that says what other libraries call it.
func cutElsewhere(doc string) (rest string, names []string) {
	var kept []string
	for p := range strings.SplitSeq(doc, "\n\n") {
		after, ok := strings.CutPrefix(strings.TrimSpace(p), "Elsewhere: ")
		if !ok {
			kept = append(kept, p)
			continue
		}
		for name := range strings.SplitSeq(strings.TrimSuffix(strings.Join(strings.Fields(after), " "), "."), ", ") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return strings.Join(kept, "\n\n"), names
}
