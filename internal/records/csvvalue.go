package records

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// setter puts the text of a cell into a field. It keeps no part of the text.
type setter func(dst reflect.Value, text []byte) error

var (
	errEmpty    = errors.New("the cell is empty")
	timeType    = reflect.TypeFor[time.Time]()
	unmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// setterOf finds how a type is read from text. layout is for times: that of time.Parse.
func setterOf(t reflect.Type, layout string) (setter, error) {
	switch {
	case t.Kind() == reflect.Pointer:
		return pointerSetter(t, layout)
	case t == timeType && layout != "":
		return func(dst reflect.Value, text []byte) error {
			v, err := time.Parse(layout, string(bytes.TrimSpace(text)))
			if err == nil {
				*dst.Addr().Interface().(*time.Time) = v
			}
			return err
		}, nil
	case layout != "":
		return nil, fmt.Errorf("a layout is for time.Time, not for %s", t)
	case reflect.PointerTo(t).Implements(unmarshaler):
		return func(dst reflect.Value, text []byte) error {
			return dst.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(text)
		}, nil
	}
	return kindSetter(t)
}

// pointerSetter leaves a pointer nil for an empty cell.
func pointerSetter(t reflect.Type, layout string) (setter, error) {
	set, err := setterOf(t.Elem(), layout)
	if err != nil {
		return nil, err
	}
	return func(dst reflect.Value, text []byte) error {
		if len(text) == 0 {
			return nil
		}
		v := reflect.New(t.Elem())
		if err := set(v.Elem(), text); err != nil {
			return err
		}
		dst.Set(v)
		return nil
	}, nil
}

// kindSetter reads what strconv reads. Space around numbers and booleans does not count.
func kindSetter(t reflect.Type) (setter, error) {
	switch t.Kind() {
	case reflect.String:
		return func(dst reflect.Value, text []byte) error {
			dst.SetString(string(text))
			return nil
		}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return parsed(reflect.Value.SetInt, func(s string) (int64, error) { return strconv.ParseInt(s, 10, t.Bits()) }), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return parsed(reflect.Value.SetUint, func(s string) (uint64, error) { return strconv.ParseUint(s, 10, t.Bits()) }), nil
	case reflect.Float32, reflect.Float64:
		return parsed(reflect.Value.SetFloat, func(s string) (float64, error) { return strconv.ParseFloat(s, t.Bits()) }), nil
	case reflect.Bool:
		return parsed(reflect.Value.SetBool, strconv.ParseBool), nil
	}
	return nil, fmt.Errorf("%s can't be read from text: it has no UnmarshalText (tag it csv:\"-\" to leave it out)", t)
}

func parsed[V any](set func(reflect.Value, V), parse func(string) (V, error)) setter {
	return func(dst reflect.Value, text []byte) error {
		text = bytes.TrimSpace(text)
		if len(text) == 0 {
			return errEmpty
		}
		v, err := parse(string(text))
		if err == nil {
			set(dst, v)
		}
		return err
	}
}

// cause says what is wrong with a cell, without repeating the text of it.
func cause(err error, t reflect.Type) string {
	var num *strconv.NumError
	if errors.As(err, &num) {
		return fmt.Sprintf("does not fit %s: %v", t, num.Err)
	}
	return err.Error()
}
