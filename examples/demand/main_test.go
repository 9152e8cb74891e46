package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// run shows the example in virtual time.
func run(t *testing.T) (events []event, l *ledger, text string) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		l = newLedger(&out)
		start := time.Now()
		if err := show(&out, l); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < numbers*pause {
			t.Errorf("the run took %s, but print alone takes %s", took, numbers*pause)
		}
		events, text = l.events, out.String()
	})
	return events, l, text
}

func TestNoAnswerIsLargerThanItsRequest(t *testing.T) {
	events, _, _ := run(t)
	asked := map[edge]int{}
	got := map[edge]int{}
	for _, e := range events {
		switch e.what {
		case "request":
			asked[e.edge] = e.n
		case "answer":
			if e.n == 0 || e.n > asked[e.edge] {
				t.Errorf("%s gave %d elements to a request for %d", e.edge.from, e.n, asked[e.edge])
			}
			got[e.edge] += e.n
		}
	}
	if len(got) != 3 {
		t.Fatalf("saw answers at %d places, want 3", len(got))
	}
	for e, n := range got {
		if n != numbers {
			t.Errorf("%s gave %d elements to %s, want %d", e.from, n, e.to, numbers)
		}
	}
}

func TestTheSourceFollowsTheSink(t *testing.T) {
	events, l, _ := run(t)
	if most := capacity + 1; l.ahead == 0 || l.ahead > most {
		t.Errorf("numbers was %d elements ahead of print, want 1 to %d", l.ahead, most)
	}
	granted := 0
	for _, e := range events {
		if e.what == "grant" {
			granted += e.n
		}
	}
	if granted != numbers {
		t.Errorf("saw grants for %d elements, want %d", granted, numbers)
	}
}

func TestEveryEventIsALine(t *testing.T) {
	events, _, text := run(t)
	lines := 0
	for line := range strings.Lines(text) {
		if strings.Contains(line, " ms  ") {
			lines++
		}
	}
	if lines != len(events) {
		t.Errorf("%d lines for %d events", lines, len(events))
	}
	for _, want := range []string{"↑ double asks numbers for 1\n", "↓ numbers gives 1\n", "⇠ link grants 2\n", "↓ link: completed\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no line ends in %q", want)
		}
	}
}
