package docs_test

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// The marble diagrams of the reference are run, as they stand in the documentation
// of operators: a column is a millisecond, and the streams above give what the one
// below should make of it. Which operator with which arguments a diagram means is
// in marbles_table_test.go.

// A drawn is a diagram: its streams, from top to bottom.
type drawn []stream

// A stream is one line of a diagram.
type stream struct {
	name   string
	start  int // column of the text at which the time line begins
	marks  []mark
	filled []bool // columns that a mark takes
}

// A mark is an element or an end at its time.
type mark struct {
	at   int
	text string // of an element, without brackets; "|" and "#" are ends
}

func (s stream) length() int { return len(s.filled) }

var (
	streamLine = regexp.MustCompile(`^(\S.*?) {2,}(\S+)(?: +.*)?$`)
	marks      = regexp.MustCompile(`\([^)]*\)|\[[^\]]*\]|[A-Za-z][0-9]*|[0-9]+|[|#]`)
	drawing    = regexp.MustCompile(`\s\S*-\S*\|?(\s|$)`)
	grouped    = regexp.MustCompile(`[A-Za-z][0-9]*|[0-9]+|[|#]`)
)

// parseStream reads a line of a diagram. In brackets is one element that takes
// several columns, in parentheses are several at the time of the first column.
func parseStream(line string) (s stream, ok bool) {
	m := streamLine.FindStringSubmatchIndex(line)
	if m == nil {
		return s, false
	}
	s.name, s.start = line[m[2]:m[3]], m[4]
	text := line[m[4]:m[5]]
	s.filled = make([]bool, len(text))
	for _, span := range marks.FindAllStringIndex(text, -1) {
		for i := span[0]; i < span[1]; i++ {
			s.filled[i] = true
		}
		word := text[span[0]:span[1]]
		switch word[0] {
		case '(':
			for _, part := range grouped.FindAllString(word, -1) {
				s.marks = append(s.marks, mark{span[0], part})
			}
		case '[':
			s.marks = append(s.marks, mark{span[0], strings.Trim(word, "[]")})
		default:
			s.marks = append(s.marks, mark{span[0], word})
		}
	}
	return s, true
}

// diagrams reads the diagrams of the exported functions and methods of a package.
func diagrams(t *testing.T, pkg string) map[string]drawn {
	t.Helper()
	found := map[string]drawn{}
	paths, err := filepath.Glob("../" + pkg + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "_go127") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			for block := range strings.SplitSeq(fn.Doc.Text(), "\n\n") {
				if !strings.HasPrefix(block, "\t") || strings.Contains(block, "→") || !drawing.MatchString(block) {
					continue
				}
				var d drawn
				for line := range strings.SplitSeq(strings.TrimRight(block, "\n"), "\n") {
					s, ok := parseStream(strings.TrimPrefix(line, "\t"))
					if !ok {
						t.Errorf("%s.%s: a stream is a name, two spaces or more, and its time line: %q is none", pkg, fn.Name.Name, line)
					}
					d = append(d, s)
				}
				found[pkg+"."+fn.Name.Name] = d
			}
		}
	}
	return found
}

// A stagehand gives the diagram to an operator: flows that are its inputs, and
// sinks that look at its outputs.
type stagehand struct {
	t     *testing.T
	d     drawn
	begun time.Time
	mu    sync.Mutex
	came  map[int][]mark
}

// in is the flow of stream i: what comes while nobody asks waits.
func (h *stagehand) in(i int) flow.Flow[string] { return flow.From(h.source(i, h.begun)) }

// late is the flow of stream i with a clock that begins when it is first asked.
func (h *stagehand) late(i int) flow.Flow[string] { return flow.From(h.source(i, time.Time{})) }

func (h *stagehand) source(i int, begun time.Time) stage.Source[string] {
	return stage.NewSource(stage.Meta{Kind: h.d[i].name}, func(rt *stage.Runtime) demand.Upstream[string] {
		return &drawnSource{rt: rt, begun: begun, rest: h.d[i].marks, asleep: demand.Waiting{Link: "diagram", Outside: true}}
	})
}

// out is a sink that notes what comes for stream i.
func (h *stagehand) out(i int) stage.Sink[string] {
	m := stage.Configure("out", stage.TakesWindow, []stage.Option{stage.Window(1024, 1024)})
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[string] { return &drawnSink{h, i} })
}

func (h *stagehand) note(i int, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.came[i] = append(h.came[i], mark{int(time.Since(h.begun) / time.Millisecond), text})
}

var (
	errDrawn = errors.New("the error of the diagram")
	errOver  = errors.New("the diagram is over")
)

// show runs the pipelines of a diagram, and compares what came with what is drawn.
// It is called in a bubble of testing/synctest.
func show(t *testing.T, d drawn, play func(h *stagehand) []flow.Pipeline) {
	t.Helper()
	h := &stagehand{t: t, d: d, begun: time.Now(), came: map[int][]mark{}}
	longest := 0
	for _, s := range d {
		longest = max(longest, s.length())
	}
	pipelines := play(h)
	r, err := flow.Start(t.Context(), pipelines...)
	if err != nil {
		t.Fatal(err)
	}
	over := time.AfterFunc(time.Duration(longest)*time.Millisecond+time.Microsecond, func() { _ = r.Stop(errOver) })
	_ = r.Wait()
	over.Stop()
	watched := 0
	for i, s := range d {
		came, looked := h.came[i]
		if !looked {
			continue
		}
		watched++
		if wrong := s.differs(came); wrong != "" {
			t.Errorf("%s: %s; drawn are %v, and %v came", s.name, wrong, s.marks, came)
		}
	}
	if watched < len(pipelines) {
		t.Errorf("only %d of %d outputs were looked at", watched, len(pipelines))
	}
}

// differs says what is wrong with a stream. A mark behind another one may belong to
// an earlier moment, as no two can have one column.
func (s stream) differs(came []mark) string {
	came = slices.DeleteFunc(slices.Clone(came), func(m mark) bool { return m.text == "" })
	for i, m := range came {
		if i >= len(s.marks) {
			return fmt.Sprintf("%s came at %d", m.text, m.at)
		}
		want := s.marks[i]
		if m.text != want.text {
			return fmt.Sprintf("%s came, drawn is %s", m.text, want.text)
		}
		if m.at > want.at || slices.Contains(s.filled[m.at:want.at], false) {
			return fmt.Sprintf("%s came at %d, drawn is %d", m.text, m.at, want.at)
		}
	}
	if len(came) < len(s.marks) {
		return fmt.Sprintf("%s did not come", s.marks[len(came)].text)
	}
	return ""
}

type drawnSource struct {
	rt     *stage.Runtime
	begun  time.Time
	rest   []mark
	asleep demand.Waiting
	alarm  demand.Alarm
	cause  error
}

func (s *drawnSource) Pull(dst *demand.Chunk[string]) error {
	if s.begun.IsZero() {
		s.begun = time.Now()
	}
	at := func() time.Time { return s.begun.Add(time.Duration(s.rest[0].at) * time.Millisecond) }
	due := func() bool { return len(s.rest) > 0 && !time.Now().Before(at()) }
	for !due() {
		if s.cause != nil {
			return s.cause
		}
		until, patience := demand.Forever, dst.Patience()
		if len(s.rest) > 0 {
			if until = demand.Until(at()); patience.IsNoWait() {
				s.alarm.Set(dst.Island(), at())
			}
		}
		drained := func() bool { return s.rt.Draining() }
		dst.Island().Wait(func() bool { return due() || drained() }, patience.Sooner(until), &s.asleep)
		if drained() {
			return demand.ErrDrained
		}
		if dst.Island().Stopped() {
			return demand.ErrStopped
		}
		if patience.Out(time.Now()) && !due() {
			return nil
		}
	}
	for dst.Free() > 0 && due() {
		switch text := s.rest[0].text; {
		case text != "|" && text != "#":
			dst.Append(text)
		case dst.Len() > 0:
			return nil
		case text == "|":
			return demand.ErrCompleted
		default:
			return errDrawn
		}
		s.rest = s.rest[1:]
	}
	return nil
}

func (s *drawnSource) Cancel(cause error) {
	s.alarm.Stop()
	s.rest, s.cause = nil, cmp.Or(cause, demand.ErrEnough)
}

type drawnSink struct {
	h *stagehand
	i int
}

func (s *drawnSink) Write(in *demand.Chunk[string]) error {
	for _, v := range in.Items() {
		s.h.note(s.i, v)
	}
	in.Advance(in.Len())
	return nil
}

func (s *drawnSink) Flush() error { return nil }

func (s *drawnSink) Close(cause error) error {
	switch {
	case cause == nil:
		s.h.note(s.i, "|")
	case errors.Is(cause, errOver):
		s.h.note(s.i, "") // it was looked at
	default:
		s.h.note(s.i, "#")
	}
	return nil
}

// through is an operator of other types between strings.
func through[In, Out any](from func(string) In, s stage.Stage[In, Out], to func(Out) string) stage.Stage[string, string] {
	return stage.Compose(stage.Compose(operators.Map(from), s), operators.Map(to))
}

func TestStreamsDiffer(t *testing.T) {
	s, ok := parseStream("Batch(2)   --[ab]-c(de)|")
	if !ok || s.name != "Batch(2)" || s.start != 11 {
		t.Fatalf("read %+v", s)
	}
	came := func(at ...int) (all []mark) {
		for i, text := range []string{"ab", "c", "d", "e", "|"} {
			if i < len(at) {
				all = append(all, mark{at[i], text})
			}
		}
		return all
	}
	for want, c := range map[string][]mark{
		"":                         came(2, 7, 8, 8, 12),
		"c came at 6, drawn is 7":  came(2, 6, 8, 8, 12),
		"ab came at 1, drawn is 2": came(1, 7, 8, 8, 12),
		"ab came at 3, drawn is 2": came(3, 7, 8, 8, 12),
		"| did not come":           came(2, 7, 8, 8),
		"e came, drawn is d":       {{2, "ab"}, {7, "c"}, {8, "e"}},
		"x came at 13":             append(came(2, 7, 8, 8, 12), mark{13, "x"}),
		"d came at 6, drawn is 8":  came(2, 7, 6, 8, 12),
	} {
		if got := s.differs(c); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, c := range [][]mark{came(2, 7, 7, 7, 7), came(2, 7, 8, 8, 8), came(2, 7, 7, 8, 11)} { // closer than can be drawn
		if got := s.differs(c); got != "" {
			t.Errorf("%v: %s", c, got)
		}
	}
}
