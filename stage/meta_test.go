package stage_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestErrorsSayWhere(t *testing.T) {
	for want, err := range map[string]*stage.Error{
		`weir: stage "parse": EOF`:                        {Stage: "parse", Err: io.EOF},
		`weir: stage "parse": record 7: EOF`:              {Stage: "parse", Record: 7, Err: io.EOF},
		`weir: stage "parse": flights.csv: EOF`:           {Stage: "parse", Source: "flights.csv", Err: io.EOF},
		`weir: stage "parse": flights.csv: record 7: EOF`: {Stage: "parse", Source: "flights.csv", Record: 7, Err: io.EOF},
	} {
		if err.Error() != want || !errors.Is(err, io.EOF) {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

func TestPanicsAreErrors(t *testing.T) {
	p := &stage.PanicError{Stage: "parse", Value: io.EOF, Stack: []byte("the stack")}
	if !errors.Is(p, io.EOF) || !strings.HasPrefix(p.Error(), `weir: stage "parse": panic: EOF`) || !strings.Contains(p.Error(), "the stack") {
		t.Errorf("got %q", p)
	}
	if p.Value = "no error"; errors.Unwrap(p) != nil {
		t.Errorf("a value that is no error was unwrapped: %v", errors.Unwrap(p))
	}
}

func TestMetaKeepsTheFirstMistake(t *testing.T) {
	m := stage.Meta{Kind: "Parse"}.Func(false, "function").Positive(1, "size")
	if m.Err != nil || m.Title() != "parse" {
		t.Errorf("title %q, error %v", m.Title(), m.Err)
	}
	m = m.Positive(0, "size").Func(true, "function").Require(false, "third")
	if m.Err == nil || m.Err.Error() != "size must be at least 1, is 0" {
		t.Errorf("got %v", m.Err)
	}
	if m.Name = "mine"; m.Title() != "mine" {
		t.Errorf("title %q", m.Title())
	}
}

func TestOnceServesOnce(t *testing.T) {
	var never *stage.Once
	for range 2 {
		if err := never.Claim(); err != nil {
			t.Error(err)
		}
	}
	once := new(stage.Once)
	if first, second := once.Claim(), once.Claim(); first != nil || !errors.Is(second, stage.ErrUsed) {
		t.Errorf("got %v, then %v", first, second)
	}
}

// What is described wrongly does not run.
func TestMistakesInDescriptions(t *testing.T) {
	ok := flow.From(source.Range(0, 3))
	for want, p := range map[string]flow.Pipeline{
		`stage "mine": open function must not be nil`:   ok.Via(stage.New[int, int]("mine", nil)).To(sink.Discard[int]()),
		`stage "src": open function must not be nil`:    flow.From(stage.NewSource[int](stage.Meta{Kind: "src"}, nil)).To(sink.Discard[int]()),
		`stage "out": open function must not be nil`:    ok.To(stage.NewSink[int](stage.Meta{Kind: "out"}, nil)),
		"a stage to compose is nil":                     flow.Via(ok, stage.Compose[int, int, int](nil, operators.Take[int](1))).To(sink.Discard[int]()),
		"option Window: want 1 <= min <= max, have 3":   ok.To(sink.Discard[int](stage.Window(3, 2))),
		"option DropSlow is not one that Merge takes":   flow.MergeWith([]flow.Flow[int]{ok}, stage.DropSlow()).To(sink.Discard[int]()),
		"option Capacity: must be at least 1, is -1":    flow.MergeWith([]flow.Flow[int]{ok}, stage.Capacity(-1)).To(sink.Discard[int]()),
		"option OnError is not one that Discard takes":  ok.To(sink.Discard[int](stage.OnError(stage.Skip()))),
		"option Unordered is not one that Filter takes": ok.Via(operators.Filter(func(int) bool { return true }, stage.Unordered())).To(sink.Discard[int]()),
	} {
		if err := p.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// What a composition says of itself is what its parts say.
func TestComposeSpeaksForItsParts(t *testing.T) {
	pass := func(m stage.Meta) stage.Stage[int, int] {
		return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] { return up })
	}
	plain, patient, link := stage.Meta{Kind: "plain"}, stage.Meta{Kind: "patient", Patient: true}, stage.Meta{Kind: "link", Link: true}
	for _, c := range []struct {
		first, second stage.Meta
		patient, link bool
	}{
		{plain, plain, false, false},
		{patient, plain, true, false},
		{plain, patient, true, false},
		{link, patient, false, true}, // the link is between the source and the patient one
		{patient, link, true, true},
	} {
		m := stage.Compose(pass(c.first), pass(c.second)).Meta()
		if m.Patient != c.patient || m.Link != c.link || len(m.Parts) != 2 {
			t.Errorf("%s and %s: patient %v, link %v, %d parts", c.first.Kind, c.second.Kind, m.Patient, m.Link, len(m.Parts))
		}
	}
}
