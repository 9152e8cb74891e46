package records

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
)

// jsonKind is what the elements of an array are, as far as it helps to find the next one.
type jsonKind byte

const (
	anyKind jsonKind = iota // not known
	objectKind
	arrayKind
	scalarKind
)

// kindOf tells the kind of a JSON value by its first byte.
func kindOf(first byte) jsonKind {
	switch first {
	case '{':
		return objectKind
	case '[':
		return arrayKind
	}
	return scalarKind
}

// jsonDecoder makes a T of the bytes of one JSON value, and of a failure an *Error. It decodes into a T of its own, so
// that what escapes to encoding/json is allocated once.
type jsonDecoder[T any] struct {
	scratch  *T
	feed     jsonFeed
	kind     jsonKind // what T is read from
	nullable bool     // null is a T
	opaque   bool     // T decodes itself, its fields are its own affair
}

func newJSONDecoder[T any]() jsonDecoder[T] {
	d := jsonDecoder[T]{scratch: new(T)}
	t := reflect.TypeFor[T]()
	d.nullable = t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface || t.Kind() == reflect.Map || t.Kind() == reflect.Slice
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	p := reflect.PointerTo(t)
	if p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		d.nullable, d.opaque = true, true
		return d
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		d.kind = objectKind
	case reflect.Slice, reflect.Array:
		d.kind = arrayKind
	case reflect.Interface:
	default:
		d.kind = scalarKind
	}
	return d
}

// decode reads raw, which stands at byte at of the input. It keeps no part of raw. The error has no record number yet.
func (d *jsonDecoder[T]) decode(raw []byte, at int64) (v T, bad *Error) {
	var zero T
	var err error
	defer func() { *d.scratch = zero }() // nothing of this value goes into the next
	if !d.feed.decode(bytes.TrimSpace(raw), d.scratch) {
		*d.scratch = zero
		err = json.Unmarshal(raw, d.scratch)
	}
	if err == nil && !d.nullable && bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		err = fmt.Errorf("null does not fit %s", reflect.TypeFor[T]())
		bad = &Error{Reason: Malformed, Detail: fmt.Sprintf("%v, at byte %d", err, at), Raw: excerpt(raw), Err: err}
	} else if err != nil {
		bad = d.explain(raw, at, err)
	} else {
		v = *d.scratch
	}
	return v, bad
}

// maxFed is the longest value, in bytes, that goes through a feed: it copies what it is given and keeps the room.
const maxFed = 16 << 10

// jsonFeed gives values to one json.Decoder, which keeps what json.Unmarshal makes anew for each.
type jsonFeed struct {
	dec  *json.Decoder
	left []byte // of the value given, then a line feed, which ends a number
	gone bool   // the line feed has been read
	fed  int64  // bytes given, all values and line feeds
}

// decode reports whether the value went into v. When it did not, json.Unmarshal says why.
func (f *jsonFeed) decode(value []byte, v any) bool {
	if len(value) > maxFed {
		return false
	}
	dec := f.dec
	f.dec = nil // an error, or a panic in a type's own decoding, leaves it in the middle of something
	if dec == nil {
		dec, f.fed = json.NewDecoder(f), 0
	} else if !f.gone {
		f.fed-- // the decoder has had no need of it
	}
	f.left, f.gone = value, false
	end := f.fed + int64(len(value))
	f.fed = end + 1
	if dec.Decode(v) != nil || dec.InputOffset() != end || len(f.left) > 0 {
		return false
	}
	f.dec = dec
	return true
}

// Read gives the decoder the value.
func (f *jsonFeed) Read(p []byte) (int, error) {
	if len(f.left) > 0 {
		n := copy(p, f.left)
		f.left = f.left[n:]
		return n, nil
	}
	if f.gone || len(p) == 0 {
		return 0, io.EOF
	}
	f.gone = true
	p[0] = '\n'
	return 1, nil
}
