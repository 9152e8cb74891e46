package records

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
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
	err := json.Unmarshal(raw, d.scratch)
	if err == nil && !d.nullable && bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		err = fmt.Errorf("null does not fit %s", reflect.TypeFor[T]())
		bad = &Error{Reason: Malformed, Detail: fmt.Sprintf("%v, at byte %d", err, at), Raw: excerpt(raw), Err: err}
	} else if err != nil {
		bad = d.explain(raw, at, err)
	} else {
		v = *d.scratch
	}
	*d.scratch = zero
	return v, bad
}

// explain tells JSON that is none, a record of the wrong kind, and a field that does not fit from one another.
func (d *jsonDecoder[T]) explain(raw []byte, at int64, err error) *Error {
	bad := &Error{Reason: Malformed, Raw: excerpt(raw), Err: err}
	if wrong := checkJSON(raw); wrong != nil {
		bad.Err = wrong
		bad.Detail = syntaxDetail(wrong, at)
		return bad
	}
	body := bytes.TrimSpace(raw)
	at += int64(bytes.Index(raw, body[:1]))
	if d.opaque {
		bad.Reason = BadField
		bad.Detail = fmt.Sprintf("%v, at byte %d", err, at)
		return bad
	}
	if body[0] == '{' && d.kind == objectKind {
		if name, value, offset, cause := d.culprit(body); cause != nil {
			bad.Reason = BadField
			bad.Err = cause
			bad.Detail = fmt.Sprintf("field %q: %s, at byte %d", name, misfit(value, cause), at+int64(offset))
			return bad
		}
	}
	if kindOf(body[0]) == d.kind {
		bad.Reason = BadField
	}
	bad.Detail = fmt.Sprintf("%s, at byte %d", misfit(body, err), at)
	return bad
}

// culprit finds the first field of an object that does not go into a T, by trying them one by one: encoding/json names
// no field when a type's own decoding fails, and no place where the value begins.
func (d *jsonDecoder[T]) culprit(object []byte) (name string, value json.RawMessage, offset int, cause error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if _, err := dec.Token(); err != nil {
		return "", nil, 0, nil
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return "", nil, 0, nil
		}
		name, _ = token.(string)
		if dec.Decode(&value) != nil {
			return "", nil, 0, nil
		}
		key, _ := json.Marshal(name)
		alone := append(append(append(append([]byte{'{'}, key...), ':'), value...), '}')
		if err := json.Unmarshal(alone, new(T)); err != nil {
			var wrong *json.UnmarshalTypeError
			if errors.As(err, &wrong) && strings.HasPrefix(wrong.Field, name+".") {
				name = wrong.Field
			}
			return name, value, int(dec.InputOffset()) - len(value), err
		}
	}
	return "", nil, 0, nil
}

// misfit says in a few words what value does not fit.
func misfit(value []byte, err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Type != nil {
		return fmt.Sprintf("%s does not fit %s", shown(value), wrong.Type)
	}
	return err.Error()
}

// shown is a JSON value for a detail: shortened, on one line.
func shown(value []byte) string {
	tail := ""
	if len(value) > maxQuoted {
		value, tail = value[:maxQuoted], "…"
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(string(value), "\uFFFD")), " ") + tail
}

// checkJSON says what is wrong with raw as JSON, or nil.
func checkJSON(raw []byte) error {
	if json.Valid(raw) {
		return nil
	}
	var any json.RawMessage
	return json.Unmarshal(raw, &any)
}

// syntaxDetail gives the place in the input of an error in a value that begins at byte at.
func syntaxDetail(err error, at int64) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("%v, at byte %d", err, at+max(syntax.Offset-1, 0))
	}
	return fmt.Sprintf("%v, in the value at byte %d", err, at)
}
