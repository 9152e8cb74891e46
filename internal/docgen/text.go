package main

import (
	"slices"
	"strings"
)

// A contract is what the last paragraph of a documentation says: "emits when … ·
// backpressures when … · completes when …".
type contract struct{ rows []row }

type row struct{ when, what string }

// A part is one line of a contract: how it is shown, how it begins, and what holds
// where nothing is said.
type part struct{ when, starts, silent string }

// parts of the contract of an operator, in the order in which they are shown.
var parts = []part{
	{"emits when", "emits when ", ""},
	{"backpressures when", "backpressures when ", ""},
	{"completes", "completes ", ""},
	{"fails", "fails ", ""},
	{"cancels", "cancels ", ""},
	{"order", "order ", "kept"},
	{"goroutines", "starts ", "none of its own"},
	{"holds at most", "holds ", "what downstream has asked for"},
}

// endParts are those of a source or a sink: what is said is shown.
var endParts = []part{
	{"emits", "emits ", ""},
	{"backpressures", "backpressures ", ""},
	{"completes", "completes ", ""},
	{"fails", "fails ", ""},
	{"fails", "never fails", ""},
	{"cancels", "cancels ", ""},
	{"handled", "handled ", ""},
	{"order", "order ", ""},
	{"goroutines", "starts ", ""},
	{"holds at most", "holds ", ""},
}

func parseContract(doc string, parts []part) (c contract) {
	pieces := strings.Split(strings.Join(strings.Fields(doc), " "), " · ")
	for _, p := range parts {
		what := p.silent
		for _, piece := range pieces {
			if piece = strings.TrimSuffix(piece, "."); piece == "never fails" && piece == p.starts {
				what = "never"
			} else if after, ok := strings.CutPrefix(piece, p.starts); ok {
				what = after
			}
		}
		if what != "" {
			c.rows = append(c.rows, row{p.when, strings.TrimPrefix(what, "at most ")})
		}
	}
	return c
}

// lacks returns which of these a contract does not say.
func (c contract) lacks(wanted ...string) (missing []string) {
	for _, w := range wanted {
		if !slices.ContainsFunc(c.rows, func(r row) bool { return r.when == w }) {
			missing = append(missing, w)
		}
	}
	return missing
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
