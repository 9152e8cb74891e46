package records

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

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
