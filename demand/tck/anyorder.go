package tck

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

// anyOrder has requests and cancels come in any order, and compares with a model
// of what must come: rules 1.1, 1.2, 1.5 to 1.8, 3.5 to 3.12, 3.15 to 3.17.
func (k *publishers[T]) anyOrder(e *env) {
	most := min(e.most, 40)
	much, runs := int64(demand.Unbounded/2), 0
	if e.endless {
		much = 20
	}
	rapid.Check(&property{e: e}, func(t *rapid.T) {
		if runs++; e.real && runs > 10 {
			return // it takes real time
		}
		m := &model[T]{e: e, t: t, n: rapid.IntRange(0, most).Draw(t, "elements")}
		before := e.noted()
		m.r = newRecorder[T](e).subscribed(e.ctx, k.make(e, m.n))
		defer m.r.cancel()
		t.Repeat(map[string]func(*rapid.T){
			"request":     func(t *rapid.T) { m.request(rapid.Int64Range(1, 5).Draw(t, "n")) },
			"seldom":      func(t *rapid.T) { m.seldom(t, much) },
			"elsewhere":   func(*rapid.T) { e.elsewhere(func() { m.request(1) }) },
			"let it work": func(*rapid.T) { m.check() },
		})
		m.check()
		if e.noted() > before {
			t.Fatalf("a signal was wrong")
		}
	})
}

// A model is what must have come of the requests so far.
type model[T any] struct {
	e       *env
	t       *rapid.T
	r       *recorder[T]
	n       int   // elements of the publisher
	credit  int64 // requested before the end
	bad     bool  // there was a request for nothing, perhaps before the end
	settled bool
	gone    bool   // cancelled
	had     int    // elements that had come then
	hadEnd  string // the end that had come then
}

func (m *model[T]) request(n int64) {
	over := m.settled && (m.bad || m.complete())
	switch {
	case m.gone || over: // nothing changes
	case n <= 0:
		m.bad = true
	default:
		if m.credit += n; m.credit < 0 {
			m.credit = demand.Unbounded
		}
	}
	m.settled = false
	m.r.request(n)
}

// complete tells that all has been requested, and the end as well.
func (m *model[T]) complete() bool { return m.credit > int64(m.n) && !m.e.endless }

// seldom does what little can follow.
func (m *model[T]) seldom(t *rapid.T, much int64) {
	switch rapid.IntRange(0, 7).Draw(t, "what") {
	case 0:
		m.request(rapid.Int64Range(-2, 0).Draw(t, "n"))
	case 1:
		m.request(much)
	case 2:
		m.cancel()
	}
}

func (m *model[T]) cancel() {
	if !m.gone {
		m.check()
		m.gone, m.had = true, m.r.count()
		_, m.hadEnd, _ = m.r.state()
	}
	m.r.cancel()
}

// check waits, and compares.
func (m *model[T]) check() {
	if m.settled {
		return
	}
	m.e.settle()
	m.settled = true
	got, end, err := m.r.state()
	want := min(m.credit, int64(m.n))
	if m.e.endless {
		want = m.credit
	}
	state := fmt.Sprintf("%d of %d elements came, %d were requested%s", len(got), m.n, m.credit, ending(end, err))
	switch {
	case int64(len(got)) > want:
		m.t.Fatalf("more than was requested: %s", state)
	case m.gone && (len(got) > m.had || end != m.hadEnd):
		m.t.Fatalf("a signal after Cancel: %s", state)
	case m.gone:
	case m.bad && (end == "OnError" || end == "OnComplete" && len(got) == m.n):
	case m.bad:
		m.t.Fatalf("no OnError after a request for nothing: %s", state)
	case int64(len(got)) != want:
		m.t.Fatalf("fewer than were requested: %s", state)
	case m.complete() && end != "OnComplete":
		m.t.Fatalf("no OnComplete: %s", state)
	case end == "OnError" || end == "OnComplete" && len(got) < m.n:
		m.t.Fatalf("an end too soon: %s", state)
	}
}

// noted counts the faults so far.
func (e *env) noted() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.faults)
}

// property has rapid report to the check.
type property struct {
	e      *env
	failed bool
	text   string
}

func (p *property) Helper()      {}
func (p *property) Name() string { return p.e.name }
func (p *property) Log(args ...any) {
	if p.failed {
		p.text += fmt.Sprintln(args...)
	}
}
func (p *property) Logf(format string, args ...any) { p.Log(fmt.Sprintf(format, args...)) }
func (p *property) Errorf(format string, args ...any) {
	p.failed = true
	p.e.fault(format, args...)
}
func (p *property) Error(args ...any) { p.Errorf("%s", fmt.Sprint(args...)) }
func (p *property) Fatalf(format string, args ...any) {
	p.Errorf(format, args...)
	p.FailNow()
}
func (p *property) Fatal(args ...any)        { p.Fatalf("%s", fmt.Sprint(args...)) }
func (p *property) Skipf(f string, a ...any) { p.e.skip(f, a...) }
func (p *property) Skip(a ...any)            { p.e.skip("%s", fmt.Sprint(a...)) }
func (p *property) SkipNow()                 { p.e.skip("skipped") }
func (p *property) Fail()                    { p.failed = true }
func (p *property) Failed() bool             { return p.failed }
func (p *property) FailNow() {
	if p.text != "" {
		p.e.fault("%s", p.text)
	}
	panic(stopped{})
}
