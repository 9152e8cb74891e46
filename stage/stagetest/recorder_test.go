package stagetest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// recorder is a testing.TB that notes a failure instead of having it.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Helper()        {}
func (r *recorder) Cleanup(func()) {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// fails checks that an expectation fails the test, and says why.
func fails(t *testing.T, on *recorder, expectation func(), words ...string) {
	t.Helper()
	on.failure = ""
	done := make(chan struct{})
	go func() {
		defer close(done)
		expectation()
	}()
	<-done
	if on.failure == "" {
		t.Errorf("nothing failed, want %q", words)
	}
	for _, w := range words {
		if !strings.Contains(on.failure, w) {
			t.Errorf("the failure does not say %q:\n%s", w, on.failure)
		}
	}
}
