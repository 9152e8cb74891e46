package stagetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

type letterUp = demand.Upstream[string]

func echo() stage.Stage[string, string] {
	return stage.New("echo", func(_ *stage.Runtime, up letterUp) letterUp { return up })
}

func TestMarbles(t *testing.T) {
	for _, c := range []struct {
		name, in, out string
		opts          []MarbleOption
	}{
		{name: "spread", in: "-a-b|", out: "-a-b|"},
		{name: "a group takes one frame", in: "(ab)c-d|", out: "(ab) c - d |"},
		{name: "the end in a group", in: "-(ab|)", out: "-(ab|)"},
		{name: "nothing", in: "|", out: "|"},
		{name: "no end", in: "-a--", out: "-a"},
		{name: "an error", in: "a-#", out: "a-#"},
		{name: "an error at once", in: "a(b#)", out: "a(b#)"},
		{name: "frames of a day", in: "a--b|", out: "a--b|", opts: []MarbleOption{Frame(24 * time.Hour)}},
		{name: "one at a time", in: "(abc)---|", out: "-a-(bc)|", opts: []MarbleOption{Demand("-1-3----")}},
		{name: "the end needs a request", in: "ab|", out: "ab----|", opts: []MarbleOption{Demand("2-----*")}},
		{name: "without demand", in: "ab|", out: "----", opts: []MarbleOption{Demand("----")}},
		{name: "values", in: "xy|", out: "xy|", opts: []MarbleOption{Values(map[string]string{"x": "long", "y": "word"})}},
	} {
		t.Run(c.name, func(t *testing.T) { Marbles(t, echo, c.in, c.out, c.opts...) })
	}
}

func TestMarblesOfOtherTypes(t *testing.T) {
	count := func() stage.Stage[string, int] {
		return stage.New("count", func(_ *stage.Runtime, up letterUp) demand.Upstream[int] { return &counting{up: up} })
	}
	Marbles(t, count, "ab-c|", "xy-z|", Values(map[string]int{"x": 1, "y": 2, "z": 3}))
	if got := marbles(t, count, "ab|", "xy|", nil); !strings.Contains(got, "give Values of their type") {
		t.Error(got)
	}
	got := marbles(t, count, "ab|", "xx|", []MarbleOption{Values(map[string]int{"x": 1})})
	for _, want := range []string{"actual    x?|", "? is 2"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

type counting struct {
	up letterUp
	in demand.Chunk[string]
	n  int
}

func (c *counting) Pull(dst *demand.Chunk[int]) error {
	if err := demand.Refill(c.up, &c.in, dst); err != nil {
		return err
	}
	demand.MapInto(dst, &c.in, func(string) int { c.n++; return c.n })
	return nil
}

func (c *counting) Cancel(cause error) { c.up.Cancel(cause) }

func TestMarblesShowWhatDiffers(t *testing.T) {
	got := marbles(t, echo, "a-(bc)d|", "a-b-d|", nil)
	want := strings.Join([]string{
		"what came out differs (1ms a frame)",
		"in        a-(bc)d|",
		"expected  a-b   -d|",
		"actual    a-(bc)d|",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = marbles(t, echo, "ab|", "(ab)--|", []MarbleOption{Demand("-2-*")})
	want = strings.Join([]string{
		"what came out differs (1ms a frame)",
		"in        a   b   |",
		"expected  (ab)-   -|",
		"actual    -   (ab)-|",
		"demand    -   2   -*",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMarblesBetweenFrames(t *testing.T) {
	late := func() stage.Stage[string, string] {
		return stage.New("late", func(_ *stage.Runtime, up letterUp) letterUp { return delaying{up} })
	}
	got := marbles(t, late, "a|", "a-|", nil)
	if !strings.Contains(got, "a came 500µs after the beginning of frame 0: choose a smaller frame") {
		t.Error(got)
	}
}

type delaying struct{ letterUp }

func (d delaying) Pull(dst *demand.Chunk[string]) error {
	err := d.letterUp.Pull(dst)
	time.Sleep(time.Millisecond / 2)
	return err
}

func TestMarblesAskForTheRightError(t *testing.T) {
	other := errors.New("another one")
	if got := marbles(t, echo, "a#", "a#", []MarbleOption{FailsWith(other)}); !strings.Contains(got, "which is not another one") {
		t.Error(got)
	}
	if got := marbles(t, echo, "a#", "a|", nil); got == "" {
		t.Error("an error was taken for the end")
	}
	panics := func() stage.Stage[string, string] {
		return stage.New("panics", func(_ *stage.Runtime, up letterUp) letterUp { return panicking{up} })
	}
	if got := marbles(t, panics, "a|", "a|", nil); !strings.Contains(got, "panic") {
		t.Error(got)
	}
}

type panicking struct{ letterUp }

func (panicking) Pull(*demand.Chunk[string]) error { panic("no") }

func TestMarblesNameTheColumn(t *testing.T) {
	for _, c := range []struct {
		in, out string
		opt     MarbleOption
		want    string
	}{
		{"a-$|", "a", nil, "diagram \"in\", column 3: '$' is not a letter"},
		{"a-$|", "a", nil, "\n\ta-$|\n\t  ^"},
		{"a|b", "a", nil, `diagram "in", column 3: nothing can come behind the end`},
		{"a", "a(b|c)", nil, `diagram "out", column 5: nothing can come behind the end`},
		{"a(bc", "a", nil, `diagram "in", column 2: the group is not closed`},
		{"a|", "a(b|", nil, `diagram "out", column 2: the group is not closed`},
		{"a", "a()", nil, `diagram "out", column 3: the group is empty`},
		{"a", "a(b(c))", nil, `diagram "out", column 4: '('`},
		{"a", "a(b-c)", nil, `diagram "out", column 4: '-'`},
		{"a)", "a", nil, `diagram "in", column 2: ')'`},
		{"a", "a", Demand("-a"), `diagram "demand", column 2: 'a' is not 1 to 9`},
		{"a", "a", Demand("0"), `diagram "demand", column 1`},
		{"a", "a", Frame(0), "a frame must be positive"},
		{"ab", "a", Values(map[string]string{"a": "x"}), `Values do not say what "b" stands for`},
	} {
		var opts []MarbleOption
		if c.opt != nil {
			opts = append(opts, c.opt)
		}
		if got := marbles(t, echo, c.in, c.out, opts); !strings.Contains(got, c.want) {
			t.Errorf("%s → %s: %q is missing in:\n%s", c.in, c.out, c.want, got)
		}
	}
	bad := func() stage.Stage[string, string] { return stage.New[string, string]("bad", nil) }
	if got := marbles(t, bad, "a", "a", nil); !strings.Contains(got, "the stage is not valid") {
		t.Error(got)
	}
}
