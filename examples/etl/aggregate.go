package main

import (
	"cmp"
	"slices"
)

// A summary says how late flights were: by route, by origin, and by hour of day.
// Its size goes with the number of those, not with the number of flights.
type summary struct {
	routes  map[route]*delays
	origins map[*airport]*delays
	hours   map[int]*delays
}

type route struct{ from, to *airport }

func newSummary() *summary {
	return &summary{map[route]*delays{}, map[*airport]*delays{}, map[int]*delays{}}
}

// add takes a trip into account.
func (s *summary) add(t trip) error {
	count(s.routes, route{t.from, t.to}, t.delay)
	count(s.origins, t.from, t.delay)
	count(s.hours, t.hour, t.delay)
	return nil
}

func count[K comparable](groups map[K]*delays, k K, minutes int) {
	d := groups[k]
	if d == nil {
		d = &delays{}
		groups[k] = d
	}
	d.add(minutes)
}

// delays is the distribution of delays in one group: how many flights there were
// of each delay. Delays are whole minutes, so the percentile is exact, and the
// number of different ones is small however many flights there are.
type delays struct {
	byMinute []minute // sorted
	flights  int
	minutes  int // the sum
}

type minute struct{ delay, flights int }

func (d *delays) add(minutes int) {
	at, found := slices.BinarySearchFunc(d.byMinute, minutes, func(m minute, delay int) int { return cmp.Compare(m.delay, delay) })
	if !found {
		d.byMinute = slices.Insert(d.byMinute, at, minute{delay: minutes})
	}
	d.byMinute[at].flights++
	d.flights++
	d.minutes += minutes
}

func (d *delays) mean() float64 { return float64(d.minutes) / float64(d.flights) }

// percentile returns the smallest delay that p of 100 flights did not exceed
// (the nearest rank).
func (d *delays) percentile(p int) int {
	rank := (p*d.flights + 99) / 100
	for _, m := range d.byMinute {
		if rank -= m.flights; rank <= 0 {
			return m.delay
		}
	}
	return 0
}
