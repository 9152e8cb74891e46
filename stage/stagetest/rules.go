package stagetest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weir-go/weir/stage"
)

// The rules by name. Each is a subtest of Rules.
const (
	ruleAsked     = "rule 1, at most as many as asked, into a dst that comes empty with room"
	ruleAnswer    = "rule 2, elements or an error, which comes last and sticks"
	ruleNothing   = "rule 2, nothing only when patience has run out"
	rulePatience  = "rule 2, no longer than patience, and nothing lost"
	ruleCompleted = "rule 3, completed is a promise"
	ruleAlias     = "rule 5, no alias of dst is kept"
	ruleCancel    = "rule 6, cancel reaches upstream, and pull returns the cause"
	ruleWindow    = "the same at any window and supply"
	ruleSettles   = "lineage settles exactly once"
	ruleEarly     = "lineage is not done before its elements are handed on"
	ruleNoPanic   = "no panic"
	ruleEnds      = "it ends"
)

var rules = []string{
	ruleAsked, ruleAnswer, ruleNothing, rulePatience, ruleCompleted, ruleAlias, ruleCancel,
	ruleWindow, ruleSettles, ruleEarly, ruleNoPanic, ruleEnds,
}

// Rules runs a stage through the rules that package demand has for an Upstream,
// with a subtest for each rule. make returns a new stage for each of some hundred
// runs. samples are the elements that it is given; a dozen is enough, they should
// differ from each other, and the zero value should be among them.
//
// The runs differ in how many elements are asked for and supplied at once, in
// patience, and in how many elements make a read. They end by completion, with an
// error and by a cancel at every position. What comes out must be the same every
// time; what that is can be given with Want:
//
//	func TestChanged(t *testing.T) {
//		stagetest.Rules(t, Changed[int], []int{0, 0, 1, 2, 2, 3}, stagetest.Want(0, 1, 2, 3))
//	}
//
// The runs are in a bubble of testing/synctest, so Rules must not be called in
// one. The stage may take time; functions that it calls should not.
func Rules[In, Out any](t *testing.T, make func() stage.Stage[In, Out], samples []In, opts ...Option) {
	t.Helper()
	c := &checker[In, Out]{make: make, samples: samples}
	for _, o := range opts {
		o(&c.config)
	}
	if err := c.ready(); err != nil {
		t.Fatalf("stagetest: %v", err)
	}
	// Time in the bubble does not pass for a stage that spins.
	guard := time.AfterFunc(time.Minute, func() { panic(fmt.Sprintf("stagetest: the stage spins: %s", c.now.Load())) })
	synctest.Test(t, func(*testing.T) { c.runAll() })
	guard.Stop()
	for _, rule := range rules {
		t.Run(rule, func(t *testing.T) {
			if broken := c.faults[rule]; len(broken) > 0 {
				t.Error(strings.Join(broken, "\n"))
			}
		})
	}
}

// An Option tells Rules what is special about a stage.
type Option func(*config)

type config struct {
	unordered bool
	recovers  bool
	untracked bool
	cmp       []cmp.Option
	want      any
	by        any
}

// Unordered says that elements may come out in any order.
func Unordered() Option { return func(c *config) { c.unordered = true } }

// Recovers says that the stage makes something else of upstream's error.
func Recovers() Option { return func(c *config) { c.recovers = true } }

// ReleasesEarly says that elements may come out without the lineage of what they
// were made of, as the stage documents.
func ReleasesEarly() Option { return func(c *config) { c.untracked = true } }

// Compare sets how elements are compared.
func Compare(opts ...cmp.Option) Option {
	return func(c *config) { c.cmp = append(c.cmp, opts...) }
}

// Want sets what should come out of the samples.
func Want[Out any](outs ...Out) Option { return func(c *config) { c.want = outs } }

// By compares what f returns of the elements that came out, instead of these,
// where they depend on time: the elements of all batches in a row, say.
func By[Out any](f func(outs []Out) any) Option { return func(c *config) { c.by = f } }

// checker runs one stage in many shapes and collects what is wrong, by rule.
type checker[In, Out any] struct {
	config
	make    func() stage.Stage[In, Out]
	samples []In
	want    []Out
	by      func([]Out) any

	reference []Out // what comes out when all is asked for and supplied at once
	origin    []int // by element of reference: the sample that it was made of
	faults    map[string][]string
	now       atomic.Pointer[plan]
}

// ready checks what was given.
func (c *checker[In, Out]) ready() error {
	c.faults = map[string][]string{}
	if c.config.want != nil {
		want, ok := c.config.want.([]Out)
		if !ok {
			return fmt.Errorf("Want was given a %T, for a stage of %T", c.config.want, want)
		}
		c.want = want
	}
	if c.config.by != nil {
		by, ok := c.config.by.(func([]Out) any)
		if !ok {
			return fmt.Errorf("By was given a %T, want a %T", c.config.by, by)
		}
		c.by = by
	}
	if len(c.samples) < 3 {
		return fmt.Errorf("%d samples are too few to see anything, give a dozen", len(c.samples))
	}
	if err := c.make().Meta().Err; err != nil {
		return fmt.Errorf("the stage is not valid: %w", err)
	}
	return nil
}

const mostFaults = 3 // reported of one rule

// fault notes that a rule was broken in a run.
func (c *checker[In, Out]) fault(p plan, rule, format string, args ...any) {
	if len(c.faults[rule]) < mostFaults {
		c.faults[rule] = append(c.faults[rule], fmt.Sprintf("%s: %s", p, fmt.Sprintf(format, args...)))
	}
}

// differ returns how elements differ from those wanted, or "".
func (c *checker[In, Out]) differ(want, got []Out) string {
	switch {
	case c.by != nil:
		return cmp.Diff(c.by(want), c.by(got), c.cmp...)
	case len(want) == 0 && len(got) == 0:
		return ""
	case !c.unordered:
		return cmp.Diff(want, got, c.cmp...)
	}
	extra, missing := c.leftover(want, got)
	if len(extra)+len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("missing %v, not expected %v", missing, extra)
}

// leftover compares without order.
func (c *checker[In, Out]) leftover(want, got []Out) (extra, missing []Out) {
	missing = append(missing, want...)
next:
	for _, g := range got {
		for i, w := range missing {
			if cmp.Equal(w, g, c.cmp...) {
				missing = append(missing[:i], missing[i+1:]...)
				continue next
			}
		}
		extra = append(extra, g)
	}
	return extra, missing
}
