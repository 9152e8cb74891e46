package operators

import (
	"context"
	"log/slog"

	"github.com/weir-go/weir/stage"
)

// Log writes to logger how the stream ends, at level: "completed", "failed" or
// "cancelled", with the stage's name, the number of elements that passed and the
// error or cause. A failure is written at slog.LevelError where level is lower. A
// nil logger is that of the run. It writes nothing of single elements, which may
// be many and private; for that there is Peek.
//
//	in    -a-b-c-|
//	log   -a-b-c-|
//	Log   -a-b-c-|
//
// Elsewhere: Pekko log, Reactor log.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does · cancels when downstream does
func Log[T any](logger *slog.Logger, level slog.Level, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Log", stage.TakesName, opts)
	return hooked[T](m, func(rt *stage.Runtime) Hooks {
		to, elements := rt.Logger(), 0
		if logger != nil {
			to = logger.With("stage", rt.Name())
		}
		write := func(at slog.Level, what string, attrs ...slog.Attr) {
			to.LogAttrs(context.WithoutCancel(rt.Context()), at, what, append(attrs, slog.Int("elements", elements))...)
		}
		return Hooks{
			Elements: func(n int) { elements += n },
			Complete: func() { write(level, "completed") },
			Error:    func(err error) { write(max(level, slog.LevelError), "failed", slog.Any("error", err)) },
			Cancel:   func(cause error) { write(level, "cancelled", slog.Any("cause", cause)) },
		}
	})
}
