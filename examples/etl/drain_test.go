package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/flow"
)

// slowJob starts a job whose sink takes a millisecond a record, in virtual time.
func slowJob(t *testing.T) (*job, *flow.Running) {
	t.Helper()
	j, err := newJob(t.Context(), options{out: t.TempDir(), repeat: 1, slow: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.store.close(); err != nil {
			t.Error(err)
		}
	})
	r, err := j.pipeline().Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return j, r
}

// The source reads as fast as the sink writes: it is ahead by what the links
// hold, and no more, however long the run.
func TestTheSourceFollowsASlowSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r := slowJob(t)
		for range 4 {
			time.Sleep(2 * time.Second)
			n := tally(r.Snapshot())
			if n.written < 500 || n.read-n.handled() > 600 {
				t.Errorf("after %s %d are written, and %d read", r.Snapshot().Elapsed, n.written, n.read)
			}
		}
		if err := r.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatWasReadIsWrittenWhenDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, r := slowJob(t)
		time.Sleep(700 * time.Millisecond)
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		rep, err := j.finish(r.Snapshot(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if rep.Written < 700 || rep.Written > 1400 || rep.lost() != 0 {
			t.Errorf("%d read, %d written, %d rejected", rep.Read, rep.Written, rep.rejected())
		}
		o := outcome{dir: j.out}
		if sum := o.query(t, "SELECT sum(count) - (SELECT count(*) FROM flights) FROM routes")[0][0]; sum != "0" {
			t.Errorf("routes count %s flights more than there are", sum)
		}
		if code := exitCode(err, rep.interrupted); code != 130 {
			t.Errorf("exit code %d", code)
		}
	})
}

func TestExitCode(t *testing.T) {
	broken := errors.New("disk full")
	for _, c := range []struct {
		err         error
		interrupted bool
		want        int
	}{
		{nil, false, 0},
		{broken, false, 1},
		{nil, true, 130},
		{flow.ErrGrace, true, 130},
		{broken, true, 1},
	} {
		if got := exitCode(c.err, c.interrupted); got != c.want {
			t.Errorf("%v, interrupted %v: exit code %d, want %d", c.err, c.interrupted, got, c.want)
		}
	}
}

// interrupted starts a process, sends it a signal each time that it writes a
// line with one of the marks to stderr, in this order, and waits for its end.
func interrupted(t *testing.T, cmd *exec.Cmd, dir string, marks ...string) outcome {
	t.Helper()
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for buf := make([]byte, 4096); ; {
		n, err := stderr.Read(buf)
		text.Write(buf[:n])
		if len(marks) > 0 && strings.Contains(text.String(), marks[0]) {
			marks = marks[1:]
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Error(err)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if len(marks) > 0 {
		t.Errorf("no %q in %q", marks[0], text.String())
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), text.String(), dir}
}

func TestCtrlCWritesWhatWasRead(t *testing.T) {
	dir := t.TempDir()
	cmd := command(t, "-out", dir, "-report", "json", "-slow", "100us", "-repeat", "1000")
	o := interrupted(t, cmd, dir, " records, ")
	r := o.report(t)
	if o.code != 130 || r.Written == 0 || r.lost() != 0 {
		t.Errorf("exit code %d, %d read, %d written; stderr %s", o.code, r.Read, r.Written, o.stderr)
	}
	n := o.query(t, "SELECT count(*), (SELECT sum(count) FROM routes), (SELECT sum(count) FROM hours) FROM flights")[0]
	if n[0] != n[1] || n[0] != n[2] {
		t.Errorf("rows and summaries are of %v flights", n)
	}
	if l := letters(t, filepath.Join(dir, "dead.jsonl")); int64(len(l)) != r.rejected() {
		t.Errorf("%d dead letters, %v in the report", len(l), r.Rejected)
	}
}

// A second Ctrl-C does not wait for what is under way.
func TestCtrlCTwiceGivesUp(t *testing.T) {
	dir := t.TempDir()
	cmd := command(t, "-out", dir, "-report", "json", "-slow", "1h")
	o := interrupted(t, cmd, dir, "0 records, ", "interrupted")
	r := o.report(t)
	if o.code != 130 || r.Written != 0 || r.Read == 0 {
		t.Errorf("exit code %d, %d read, %d written; stderr %s", o.code, r.Read, r.Written, o.stderr)
	}
	if !strings.Contains(o.stderr, flow.ErrGrace.Error()) {
		t.Errorf("stderr %q", o.stderr)
	}
}
