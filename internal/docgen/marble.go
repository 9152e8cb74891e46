package main

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A marble diagram, as it stands in the documentation, has a line for each
// stream: its name, its time line and perhaps a remark. In a time line each
// column is a moment: - nothing happens, a b 1 2 elements, [ab] one element that
// holds several, (ab) elements at the same time, | completion, # an error.

const (
	column = 14 // width of a moment, in pixels
	lane   = 40 // height of a stream
	radius = 11
	letter = 7.5 // width of a letter of text
)

// One colour for each element, so that the eye follows it through the streams.
var palette = []string{"#8ecae6", "#ffb703", "#a7c957", "#f4a5ae", "#cdb4db", "#90dbc4", "#f6bd60", "#b8c0ff"}

var (
	laneOf = regexp.MustCompile(`^(\S.*?)(?: {2,}|\t)(\S+)(?:\s+(.*))?$|^(\S+) (-\S*|\(\S*)(?:\s+(.*))?$`)
	tokens = regexp.MustCompile(`\[[^\]]*\]|[A-Za-z][0-9]*|[0-9]+|[|#]`)
)

// svg draws a diagram.
func svg(title, diagram string) []byte {
	type stream struct{ name, line, remark string }
	var streams []stream
	named, moments, remarked, start := 0, 0, 0, -1
	for text := range strings.SplitSeq(diagram, "\n") {
		s := stream{line: text}
		if m := laneOf.FindStringSubmatch(text); m != nil {
			s = stream{m[1] + m[4], m[2] + m[5], m[3] + m[6]}
			// A stream that begins later is drawn further to the right.
			at := laneOf.FindStringSubmatchIndex(text)
			if column := max(at[4], at[10]); start < 0 {
				start = column
			} else if column > start {
				s.line = strings.Repeat(" ", column-start) + s.line
			}
		}
		streams = append(streams, s)
		named = max(named, utf8.RuneCountInString(s.name))
		moments = max(moments, len(s.line))
		remarked = max(remarked, utf8.RuneCountInString(s.remark))
	}
	left := 20 + int(float64(named)*letter) + 16
	right := left + moments*column + 24
	width := right + int(float64(remarked)*letter) + 12
	height := len(streams)*lane + 12

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#fbfbf9\"/>\n", html.EscapeString(title+":\n"+diagram))
	for i, s := range streams {
		y := 6 + i*lane + lane/2
		text(&b, 20, y, "start", s.name)
		text(&b, right, y, "start", s.remark)
		drawStream(&b, left, y, s.line)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func text(b *strings.Builder, x, y int, anchor, s string) {
	if s != "" {
		fmt.Fprintf(b, `<text x="%d" y="%d" dy=".35em" text-anchor="%s" fill="#333">%s</text>`+"\n", x, y, anchor, html.EscapeString(s))
	}
}

func drawStream(b *strings.Builder, left, y int, line string) {
	at := func(col int) int { return left + col*column + column/2 }
	first := max(0, strings.IndexFunc(line, func(r rune) bool { return r != ' ' }))
	end := len(line)
	if strings.HasSuffix(line, "|") || strings.HasSuffix(line, "#") {
		end--
	}
	fmt.Fprintf(b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#9aa0a6" stroke-width="1.5"/>`+"\n", at(first)-column/2, y, at(end), y)
	for _, span := range tokens.FindAllStringIndex(line, -1) {
		word := line[span[0]:span[1]]
		x := (at(span[0]) + at(span[1]-1)) / 2
		switch {
		case word == "|":
			fmt.Fprintf(b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#333" stroke-width="2"/>`+"\n", x, y-radius, x, y+radius)
		case word == "#":
			fmt.Fprintf(b, `<path d="M%d %dl14 14m0 -14l-14 14" stroke="#c1121f" stroke-width="2.5"/>`+"\n", x-7, y-7)
		default:
			word = strings.Trim(word, "[]")
			half := max(radius, int(float64(len(word))*letter/2)+5)
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="%d" fill="%s" stroke="#555"/>`+"\n", x-half, y-radius, 2*half, 2*radius, radius, palette[int(word[0])%len(palette)])
			text(b, x, y, "middle", word)
		}
	}
}
