package stagetest

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A diagram is a marble string that was read: signs, each in its frame.
type diagram struct {
	signs  []sign
	frames int // that it covers
}

// A sign is an element's letter or digit, an end, or a request.
type sign struct {
	frame int
	text  string
}

const (
	completes = "|"
	breaks    = "#"
	unlimited = "*"
)

func (s sign) ends() bool { return s.text == completes || s.text == breaks }

// An alphabet says which signs a diagram may have beside "-", and what they are
// called.
type alphabet struct {
	holds func(r rune) bool
	ends  bool
	named string
}

var (
	ofElements = alphabet{func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }, true, "a letter, a digit, |, #, - or a group in brackets"}
	ofRequests = alphabet{func(r rune) bool { return r >= '1' && r <= '9' || r == '*' }, false, "1 to 9, * or -"}
)

// read reads a diagram. An error names the column, and points at it.
func (a alphabet) read(name, s string) (d diagram, err error) {
	column, open, size := 0, 0, 0 // open is the column of the bracket, 0 for none; size that of the group
	wrong := func(at int, format string, args ...any) (diagram, error) {
		return diagram{}, fmt.Errorf("diagram %q, column %d: %s\n\t%s\n\t%s^", name, at, fmt.Sprintf(format, args...), s, strings.Repeat(" ", at-1))
	}
	for _, r := range s {
		column++
		end := a.ends && (r == '|' || r == '#')
		over := len(d.signs) > 0 && d.signs[len(d.signs)-1].ends()
		switch {
		case r == ' ':
			continue
		case over && (r != ')' || open == 0):
			return wrong(column, "nothing can come behind the end")
		case r == '(' && a.ends && open == 0:
			open, size = column, 0
			continue
		case r == ')' && open > 0 && size > 0:
			open = 0
		case r == ')' && open > 0:
			return wrong(column, "the group is empty")
		case r == '-' && open == 0:
		case a.holds(r) || end:
			d.signs = append(d.signs, sign{d.frames, string(r)})
			size++
		default:
			return wrong(column, "%q is not %s", r, a.named)
		}
		if open == 0 {
			d.frames++
		}
	}
	if open > 0 {
		return wrong(open, "the group is not closed")
	}
	return d, nil
}

// cells returns what stands in each of the first n frames, up to the end.
func (d diagram) cells(n int) (all []string) {
	for _, s := range d.signs {
		n = max(n, s.frame+1)
		if s.ends() {
			n = s.frame + 1
		}
	}
	all = make([]string, n)
	for _, s := range d.signs {
		all[s.frame] += s.text
	}
	for i, c := range all {
		switch {
		case c == "":
			all[i] = "-"
		case utf8.RuneCountInString(c) > 1:
			all[i] = "(" + c + ")"
		}
	}
	return all
}

// A row is one line of a picture.
type row struct {
	name  string
	cells []string
}

// picture puts rows one below the other, with a frame in the same column of
// each.
func picture(frame time.Duration, rows ...row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "(%s a frame)", frame)
	for _, r := range rows {
		var line strings.Builder
		for i, c := range r.cells {
			wide := 1
			for _, other := range rows {
				if i < len(other.cells) {
					wide = max(wide, utf8.RuneCountInString(other.cells[i]))
				}
			}
			line.WriteString(c + strings.Repeat(" ", wide-utf8.RuneCountInString(c)))
		}
		b.WriteString("\n" + strings.TrimRight(fmt.Sprintf("%-9s %s", r.name, line.String()), " "))
	}
	return b.String()
}
