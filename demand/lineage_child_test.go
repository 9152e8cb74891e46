package demand_test

import (
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
)

// A child has the origin of its parent, so the numbers of its records are those
// of the parent's.
func TestChildSaysWhichRecordsFailed(t *testing.T) {
	var l ledger
	r := l.read()
	child := r.lineage.Child(func() {})
	child.Fail(2, errOne)
	child.Fail(5, errTwo)
	child.Release()
	want := []demand.Failure{{Record: 2, Err: errOne}, {Record: 5, Err: errTwo}}
	if !slices.Equal(r.last.Failures, want) || r.last.Cause != errOne {
		t.Errorf("settled %+v, want failures %+v", r.last, want)
	}
}
