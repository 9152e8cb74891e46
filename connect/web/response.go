package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/weir-go/weir/sink"
)

// Response gives the body of a response to a sink that writes to an output, such
// as sink.CSV or sink.Encode. The status is 200, sent with the first bytes. When
// the sink flushes, as it does whenever nothing more is waiting, what it has goes
// to the client. A write that waits for the client ends when the run does: run
// the pipeline with the request's context.
func Response(w http.ResponseWriter, contentType string) sink.Opener {
	if w == nil {
		return nil // for the sink to report
	}
	return newBody(w, contentType).open
}

var past = time.Unix(1, 0)

// body is what the client gets.
type body struct {
	w           http.ResponseWriter
	ctl         *http.ResponseController
	contentType string
	stop        func() bool
	wrote       bool
}

func newBody(w http.ResponseWriter, contentType string) *body {
	return &body{w: w, ctl: http.NewResponseController(w), contentType: contentType}
}

func (b *body) open(ctx context.Context) (io.WriteCloser, error) {
	h := b.w.Header()
	h.Set("Content-Type", b.contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies that would collect it
	b.stop = context.AfterFunc(ctx, func() { _ = b.ctl.SetWriteDeadline(past) })
	return b, nil
}

func (b *body) Write(p []byte) (int, error) {
	b.wrote = b.wrote || len(p) > 0
	return b.w.Write(p)
}

// Flush sends what was written. A response that can't be flushed is sent at its
// end.
func (b *body) Flush() error {
	if !b.wrote {
		return nil
	}
	if err := b.ctl.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

func (b *body) Close() error {
	b.stop()
	return nil
}
