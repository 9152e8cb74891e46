package stagetest

import (
	"errors"
	"fmt"
	"strings"
)

// A plan says how one run of a stage under test goes.
type plan struct {
	room   int    // of each pull
	answer int    // elements that upstream supplies at most at once
	read   int    // elements of one lineage
	wait   waits  // patience of the pulls
	gaps   bool   // before each answer upstream has nothing at hand for a while
	hurry  bool   // the hurry flag is up
	hold   bool   // downstream releases nothing before the end
	poison bool   // dst is overwritten after each pull
	n      int    // samples
	end    ending // behind them
	cut    int    // for byCancel: elements after which it comes
}

type waits uint8

const (
	forEver waits = iota
	noWait
	untilSoon
)

type ending uint8

const (
	byCompletion ending = iota
	byError
	byCancel
)

var (
	errUpstream = errors.New("upstream's error")
	errCancel   = errors.New("the cause of the cancel")
	errAgain    = errors.New("the cause of a second cancel")
	errOver     = errors.New("the cause of the cancel behind the end")
)

func (p plan) String() string {
	s := []string{fmt.Sprintf("pulls for %d", p.room), fmt.Sprintf("answers of %d", p.answer), fmt.Sprintf("reads of %d", p.read)}
	s = append(s, [...]string{forEver: "for ever", noWait: "without waiting", untilSoon: "for a while"}[p.wait])
	for _, f := range []struct {
		on   bool
		name string
	}{{p.gaps, "a slow upstream"}, {p.hurry, "in a hurry"}, {p.hold, "all held"}, {p.poison, "dst overwritten"}} {
		if f.on {
			s = append(s, f.name)
		}
	}
	switch p.end {
	case byCompletion:
		s = append(s, fmt.Sprintf("%d elements", p.n))
	case byError:
		s = append(s, fmt.Sprintf("an error after %d elements", p.n))
	case byCancel:
		s = append(s, fmt.Sprintf("a cancel after %d elements", p.cut))
	}
	return strings.Join(s, ", ")
}

// plain asks and supplies as much as there is.
func plain(n int) plan { return plan{room: 1024, answer: 1024, read: 1024, n: n} }

// shapes are the plans that should all bring out the same.
func shapes(n int) (all []plan) {
	for _, room := range []int{1, 2, 7, 1024} {
		for _, answer := range []int{1, 3, 1024} {
			for _, wait := range []waits{forEver, noWait, untilSoon} {
				for _, gaps := range []bool{false, true} {
					all = append(all, plan{room: room, answer: answer, read: 1 + len(all)%3, wait: wait, gaps: gaps, hurry: len(all)%5 == 4, hold: len(all)%2 == 0, n: n})
				}
			}
		}
		all = append(all, plan{room: room, answer: 2, read: 2, poison: true, n: n})
	}
	return all
}

// positions are the places at which errors and cancels come: all of the first
// few, and the last.
func positions(n int) (all []int) {
	for i := range min(n, 24) {
		all = append(all, i)
	}
	return append(all, n)
}

// endings are the plans that end early, n being the number of samples and outs
// that of elements that come out.
func endings(n, outs int) (all []plan) {
	for _, p := range []plan{
		{room: 1, answer: 1, read: 1},
		{room: 2, answer: 1024, read: 3, hold: true},
		{room: 1024, answer: 3, read: 2},
		{room: 3, answer: 2, read: 2, wait: noWait, gaps: true},
	} {
		for _, at := range positions(n) {
			p.end, p.n = byError, at
			all = append(all, p)
		}
		for _, at := range positions(outs) {
			p.end, p.n, p.cut = byCancel, n, at
			all = append(all, p)
		}
	}
	return append(all, plan{room: 1, answer: 1, read: 1}) // no element at all
}
