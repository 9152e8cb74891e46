package records

import "io"

const (
	windowStart = 64 << 10 // bytes of the first buffer, when a record may be that long
	windowSlack = 32 << 10 // bytes beside the longest record: for reading ahead and for looking past its end
	emptyReads  = 100      // reads of nothing, in a row, before giving up
)

// window is the part of the input that a reader is looking at. Indexes into bytes() stay valid when fill adds to
// it and move when drop forgets what is in front.
type window struct {
	src   io.Reader
	in    *Input // src, once opened
	buf   []byte
	off   int   // buf[off:] is held
	base  int64 // place of buf[off] in the unpacked input
	limit int   // most bytes that buf may have
	err   error // why no more can be read; sticky
}

func newWindow(r io.Reader, maxRecord int) window {
	return window{src: r, limit: maxRecord + windowSlack}
}

// bytes is what is held. It is overwritten by the next fill.
func (w *window) bytes() []byte { return w.buf[w.off:] }

// front is at most the first n bytes held.
func (w *window) front(n int) []byte {
	b := w.bytes()
	return b[:min(n, len(b))]
}

// drop forgets the first n bytes held. Until the next fill they are still there, and a negative n gets them back.
func (w *window) drop(n int) {
	w.off += n
	w.base += int64(n)
}

// fill reads once and adds to the window what came, at least one byte. io.EOF is the end. The caller keeps the window
// below its limit by dropping what it is done with; a full one is a bug.
func (w *window) fill() error {
	if w.err != nil {
		return w.err
	}
	if w.in == nil {
		if w.in, w.err = Open(w.src); w.err != nil {
			return w.err
		}
		w.base = w.in.base
	}
	w.makeRoom()
	for range emptyReads {
		n, err := w.in.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		w.err = err
		if n > 0 {
			return nil // an error that came with bytes is told the next time
		}
		if err != nil {
			return err
		}
	}
	w.err = io.ErrNoProgress
	return w.err
}

// makeRoom moves what is held to the front, and takes a larger buffer when that is not enough.
func (w *window) makeRoom() {
	held := len(w.buf) - w.off
	if held == 0 {
		w.buf, w.off = w.buf[:0], 0
	}
	if len(w.buf) < cap(w.buf) && (w.off == 0 || cap(w.buf)-len(w.buf) >= windowSlack/2) {
		return
	}
	if w.off > 0 && held <= cap(w.buf)/2 {
		w.buf = w.buf[:copy(w.buf, w.buf[w.off:])]
		w.off = 0
		return
	}
	if held >= w.limit {
		panic("records: window is full")
	}
	size := min(max(2*cap(w.buf), windowStart), w.limit)
	if size <= cap(w.buf) { // as large as it may be: move
		w.buf = w.buf[:copy(w.buf, w.buf[w.off:])]
		w.off = 0
		return
	}
	grown := make([]byte, held, size)
	copy(grown, w.buf[w.off:])
	w.buf, w.off = grown, 0
}
