package records

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// errUTF16 is the complaint about an input that could only come out as garbage.
var errUTF16 = errors.New("the input is UTF-16, want UTF-8")

// Input is a stream of bytes made ready for a reader: unpacked and without a byte order mark. The constructors
// of this package take one as it is, and open any other io.Reader themselves at the first Next.
type Input struct {
	r    *bufio.Reader
	base int64 // bytes dropped in front, so that offsets are those of the unpacked input
}

// Read reads the unpacked bytes. It asks the reader below at most once per call, so it waits no longer than that does.
func (in *Input) Read(p []byte) (int, error) { return in.r.Read(p) }

// Open looks at the first bytes of r. gzip is unpacked (one member or several), a UTF-8 byte order mark, outside
// or inside the gzip, is dropped; anything else is left as it is. It reads no more bytes before it returns than it
// needs to tell, and an empty input is no error. An *Input is returned unchanged.
//
// Errors are those of r, a damaged gzip header, and a UTF-16 byte order mark. Closing r is up to the caller.
func Open(r io.Reader) (*Input, error) {
	if in, ok := r.(*Input); ok {
		return in, nil
	}
	in := &Input{r: bufio.NewReader(r)}
	packed, err := in.starts("\x1f\x8b")
	if err != nil {
		return nil, err
	}
	if packed {
		unpacked, err := gzip.NewReader(in.r)
		if err != nil {
			return nil, fmt.Errorf("unpacking: %w", asTruncated(err))
		}
		in.r = bufio.NewReader(gzipReader{unpacked})
	}
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if found, err := in.starts(mark); err != nil {
			return nil, err
		} else if found {
			return nil, errUTF16
		}
	}
	const mark = "\xef\xbb\xbf"
	if found, err := in.starts(mark); err != nil {
		return nil, err
	} else if found {
		n, _ := in.r.Discard(len(mark))
		in.base = int64(n)
	}
	return in, nil
}

// starts reports whether the input begins with prefix. It looks a byte at a time: a pipe that has sent one byte
// and waits must not be waited for when that byte tells already.
func (in *Input) starts(prefix string) (bool, error) {
	for n := range len(prefix) {
		b, err := in.r.Peek(n + 1)
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if b[n] != prefix[n] {
			return false, nil
		}
	}
	return true, nil
}

// gzipReader says of its errors that they came from unpacking.
type gzipReader struct{ r *gzip.Reader }

func (g gzipReader) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("unpacking: %w", err)
	}
	return n, err
}

// asTruncated keeps an end inside the gzip header from being taken for the end of the input.
func asTruncated(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
