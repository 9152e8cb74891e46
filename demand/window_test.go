package demand_test

import (
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
)

const (
	quick = 100 * time.Microsecond
	fair  = 800 * time.Microsecond // below the budget, and more than half of it
	slow  = 3 * time.Millisecond
)

func TestWindow(t *testing.T) {
	for _, c := range []struct {
		name        string
		least, most int
		rounds      []time.Duration
		want        []int // sizes after each round
	}{
		{"grows while rounds are quick", 1, 16, []time.Duration{quick, quick, quick, quick, quick}, []int{2, 4, 8, 16, 16}},
		{"stays while rounds are fair", 1, 16, []time.Duration{quick, fair, fair, quick}, []int{2, 2, 2, 4}},
		{"grows beyond a power of two", 3, 20, []time.Duration{quick, quick, quick}, []int{6, 12, 20}},
		{"halves what is slow, and that helps", 1, 64, []time.Duration{quick, quick, quick, slow, slow / 2, fair}, []int{2, 4, 8, 4, 2, 2}},
		{"never below its least", 4, 64, []time.Duration{slow, slow, slow}, []int{4, 4, 4}},
		{"undoes a halving that does not help, and rests", 1, 64, []time.Duration{quick, quick, quick, slow, slow, slow, slow}, []int{2, 4, 8, 4, 8, 8, 8}},
		{"is fixed", 7, 7, []time.Duration{quick, slow, slow}, []int{7, 7, 7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := demand.NewWindow(c.least, c.most)
			if w.Size() != c.least || w.Most() != c.most || w.Fixed() != (c.least == c.most) {
				t.Errorf("it starts with %d of %d, fixed %v", w.Size(), w.Most(), w.Fixed())
			}
			var got []int
			for _, d := range c.rounds {
				w.Observe(d)
				got = append(got, w.Size())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("sizes %v, want %v", got, c.want)
			}
			if w.Full() != (w.Size() == c.most) {
				t.Errorf("Full is %v at %d", w.Full(), w.Size())
			}
		})
	}
}

// After a rest the window tries again: the cost may have become one per element.
func TestWindowTriesAgainAfterARest(t *testing.T) {
	w := demand.NewWindow(1, 64)
	for range 3 {
		w.Observe(quick)
	}
	tried := 0
	for range 300 {
		before := w.Size()
		if w.Observe(slow); w.Size() < before {
			tried++
		}
	}
	if w.Size() < 4 || tried < 3 || tried > 6 {
		t.Errorf("in 300 slow rounds a halving was tried %d times, the size is %d", tried, w.Size())
	}
}

func TestWindowCut(t *testing.T) {
	for _, c := range []struct {
		name    string
		through int
		want    int
	}{
		{"to what came through", 3, 3},
		{"not below the least", 0, 2},
		{"never upward", 100, 32},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := demand.NewWindow(2, 32)
			for range 4 {
				w.Observe(quick)
			}
			w.Cut(c.through)
			if w.Size() != c.want {
				t.Errorf("cut after %d elements, the size is %d, want %d", c.through, w.Size(), c.want)
			}
			if w.Observe(quick); w.Size() != min(2*c.want, 32) {
				t.Errorf("it does not grow again: %d", w.Size())
			}
		})
	}
}

func TestWindowDefaults(t *testing.T) {
	for _, c := range []struct{ least, most, wantLeast, wantMost int }{
		{0, 0, 1, demand.DefaultWindow},
		{0, 9, 1, 9},
		{1000, 0, 1000, 1000},
	} {
		if w := demand.NewWindow(c.least, c.most); w.Size() != c.wantLeast || w.Most() != c.wantMost {
			t.Errorf("NewWindow(%d, %d) is from %d to %d", c.least, c.most, w.Size(), w.Most())
		}
	}
}
