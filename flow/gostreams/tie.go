package gostreams

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// defaultGrace is how long a part of theirs may take to end.
const defaultGrace = 5 * time.Second

// A Tie ties a part of go-streams to the run that it is made for: the function
// that makes the part gets one. Its methods may be called from any goroutine.
type Tie struct {
	rt     *stage.Runtime
	ctx    context.Context
	cancel context.CancelFunc
	grace  time.Duration

	mu  sync.Mutex
	err error
}

func newTie(rt *stage.Runtime, parent context.Context) *Tie {
	t := &Tie{rt: rt, grace: defaultGrace}
	t.ctx, t.cancel = context.WithCancel(parent)
	return t
}

// Context ends when the part is not wanted any more: when the run ends, when
// nobody downstream wants elements, for a source when the run is drained, and
// when the part has failed. Give it to extension.WithContext, or to the
// constructor of a connector. Use context.AfterFunc to close what a part that
// heeds no context waits for.
func (t *Tie) Context() context.Context { return t.ctx }

// Cancel makes the stage fail with ErrCancelled, unless it has failed already. It
// is for extension.WithContextCancel: a sink calls it when it can't go on.
func (t *Tie) Cancel() { t.Fail(ErrCancelled) }

// Fail makes the stage fail, unless it has failed already or is not wanted any
// more: a part that complains of the end of its context does not fail.
func (t *Tie) Fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil || t.err != nil || t.ctx.Err() != nil {
		return
	}
	t.err = err
	t.cancel()
}

// Logger returns a logger for the part. What it logs goes to the logger of the
// run, with the name of the stage; a record of an error makes the stage fail with
// a [LogError]. For parts that log an error and go on by themselves, as
// connectors do that connect again, use the logger of your program instead.
func (t *Tie) Logger() *slog.Logger { return t.LoggerAt(slog.LevelError) }

// LoggerAt is Logger with another level from which on a record is a failure. With
// slog.LevelWarn, a sink of go-streams fails when it discards an element whose type
// it does not know.
func (t *Tie) LoggerAt(fails slog.Level) *slog.Logger {
	return slog.New(&handler{Handler: t.rt.Logger().Handler(), tie: t, fails: fails})
}

// Grace sets how long the part may take to end when it is not wanted any more,
// instead of 5 seconds. It is for the function that makes the part.
func (t *Tie) Grace(d time.Duration) { t.grace = d }

// Err returns why the part has failed, nil if it has not.
func (t *Tie) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// left reports that the part has not ended after the grace. It is an error of the
// run, if that has no other.
func (t *Tie) left() error {
	err := engine.Located(t.rt.Name(), ErrLeft)
	t.rt.Logger().Error(ErrLeft.Error(), "grace", t.grace)
	t.rt.Cell().Run.Fail(err)
	return err
}

// handler is a slog.Handler that makes failures of records.
type handler struct {
	slog.Handler
	tie   *Tie
	fails slog.Level
}

func (h *handler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.fails || h.Handler.Enabled(ctx, l)
}

func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= h.fails {
		h.tie.Fail(newLogError(r))
	}
	if !h.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{h.Handler.WithAttrs(attrs), h.tie, h.fails}
}

func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.Handler.WithGroup(name), h.tie, h.fails}
}
