package web

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
)

// goodbye is how long the end of a response may take.
const goodbye = 5 * time.Second

// Serve runs f for one request, and writes its elements to the response. The
// client's reading is the demand: what it has not taken waits in the
// connection's buffers and in those of the pipeline, and nothing more is read.
// What there is goes out whenever nothing more is waiting. A client that goes
// away ends the run, with context.Canceled.
//
// It returns the error of the run. What the client sees of one: status 500,
// without the reason, if nothing was sent yet; else the end that the format has
// for that, or a connection that is cut.
func Serve[T any](w http.ResponseWriter, r *http.Request, f flow.Flow[T], as Format[T], opts ...flow.RunOption) error {
	b := newBody(w, as.contentType)
	err := f.To(sink.Encode(b.open, as.encode)).With(opts...).Run(r.Context())
	switch {
	case err == nil:
		return b.end(as.completed)
	case r.Context().Err() != nil:
	case !b.wrote:
		w.Header().Del("X-Accel-Buffering")
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	case as.failed != "":
		err = errors.Join(err, b.end(as.failed))
	default:
		_ = b.ctl.SetWriteDeadline(past) // so that the end of the body can't be written
	}
	return err
}

// end writes the last bytes of a response.
func (b *body) end(last string) error {
	if last == "" {
		return nil
	}
	_ = b.ctl.SetWriteDeadline(time.Now().Add(goodbye))
	_, err := io.WriteString(b, last)
	return errors.Join(err, b.Flush())
}
