package tck

import (
	"strings"
	"testing"
)

// A rule is one check. Its name begins with its kind and, where the standard has
// a number for it, with that: Required_Spec309_NonPositiveRequest.
type rule struct {
	name string
	run  func(e *env)
}

// numbered tells that a rule is the check of a number like 1.11.
func (r rule) numbered(number string) bool {
	chapter, n, _ := strings.Cut(number, ".")
	if len(n) == 1 {
		n = "0" + n
	}
	return strings.Contains(r.name, "_Spec"+chapter+n+"_")
}

func (r rule) optional() bool { return strings.HasPrefix(r.name, "Optional_") }

// run makes a subtest of each rule.
func (c *config) run(t *testing.T, rules []rule) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Helper()
			o := c.check(t, r)
			for _, f := range o.faults {
				t.Error(f)
			}
			if o.skipped != "" && len(o.faults) == 0 {
				t.Skip(o.skipped)
			}
		})
	}
}

// declared checks that what is declared unsupported is optional.
func (c *config) declared(t *testing.T, rules []rule) {
	t.Helper()
	for number := range c.unsupported {
		found := false
		for _, r := range rules {
			found = found || r.optional() && r.numbered(number)
		}
		if !found {
			t.Fatalf("tck: Unsupported: %s is not the number of an optional rule of this kit", number)
		}
	}
}

// refused is the reason for which a rule is not checked.
func (c *config) refused(r rule) string {
	for number, reason := range c.unsupported {
		if r.optional() && r.numbered(number) {
			return "unsupported: " + reason
		}
	}
	return ""
}
