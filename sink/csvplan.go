package sink

import (
	"bytes"
	"encoding"
	"encoding/csv"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// csvPlan says which field of a struct goes into which column.
type csvPlan []csvField

type csvField struct {
	path   []int // for reflect.Value.FieldByIndex
	column string
	text   texter
}

// texter gives the text of a field.
type texter func(reflect.Value) (string, error)

var (
	timeType  = reflect.TypeFor[time.Time]()
	marshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// planCSV looks at the fields of a struct type.
func planCSV(t reflect.Type) (csvPlan, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("writing CSV from %s: want a struct", t)
	}
	plan, err := csvPlan(nil).add(t, nil)
	switch {
	case err != nil:
		return nil, fmt.Errorf("writing CSV from %s: %w", t, err)
	case len(plan) == 0:
		return nil, fmt.Errorf("writing CSV from %s: it has no exported field", t)
	}
	return plan, nil
}

func (p csvPlan) add(t reflect.Type, path []int) (_ csvPlan, err error) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("csv")
		at := append(slices.Clone(path), i)
		switch {
		case tag == "-":
		case f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct && !reflect.PointerTo(f.Type).Implements(marshaler):
			if p, err = p.add(f.Type, at); err != nil {
				return nil, err
			}
		case f.IsExported():
			name, _, _ := strings.Cut(tag, ",")
			if name == "" {
				name = f.Name
			}
			text, err := textOf(f.Type, f.Tag.Get("layout"))
			if err != nil {
				return nil, fmt.Errorf("field %s: %w", f.Name, err)
			}
			if slices.ContainsFunc(p, func(o csvField) bool { return o.column == name }) {
				return nil, fmt.Errorf("field %s: there is a column %q already", f.Name, name)
			}
			p = append(p, csvField{at, name, text})
		}
	}
	return p, nil
}

func (p csvPlan) header() []byte {
	if len(p) == 0 {
		return nil
	}
	var names []string
	for _, f := range p {
		names = append(names, f.column)
	}
	var b bytes.Buffer
	// A bytes.Buffer takes everything.
	_ = writeRow(csv.NewWriter(&b), &b, names)
	return b.Bytes()
}

// bind returns the cells of a struct that stays where it is.
func (p csvPlan) bind(v reflect.Value) []func() (string, error) {
	var cells []func() (string, error)
	for _, f := range p {
		field, text := v.FieldByIndex(f.path), f.text
		cells = append(cells, func() (string, error) { return text(field) })
	}
	return cells
}

func (p csvPlan) place(i int, err error) error {
	return fmt.Errorf("column %q: %w", p[i].column, err)
}

// textOf finds how a type is written as text. layout is for times.
func textOf(t reflect.Type, layout string) (texter, error) {
	switch {
	case t.Kind() == reflect.Pointer:
		text, err := textOf(t.Elem(), layout)
		return func(v reflect.Value) (string, error) {
			if v.IsNil() {
				return "", nil
			}
			return text(v.Elem())
		}, err
	case t == timeType && layout != "":
		return func(v reflect.Value) (string, error) {
			return v.Addr().Interface().(*time.Time).Format(layout), nil
		}, nil
	case layout != "":
		return nil, fmt.Errorf("a layout is for time.Time, not for %s", t)
	case reflect.PointerTo(t).Implements(marshaler):
		return func(v reflect.Value) (string, error) {
			b, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
			return string(b), err
		}, nil
	}
	return kindText(t)
}

func kindText(t reflect.Type) (texter, error) {
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value) (string, error) { return v.String(), nil }, nil
	case reflect.Bool:
		return func(v reflect.Value) (string, error) { return strconv.FormatBool(v.Bool()), nil }, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(v reflect.Value) (string, error) { return strconv.FormatInt(v.Int(), 10), nil }, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(v reflect.Value) (string, error) { return strconv.FormatUint(v.Uint(), 10), nil }, nil
	case reflect.Float32, reflect.Float64:
		return func(v reflect.Value) (string, error) { return formatFloat(v.Float(), t.Bits()), nil }, nil
	}
	return nil, fmt.Errorf("%s can't be written as text: it has no MarshalText (tag it csv:\"-\" to leave it out)", t)
}

// formatFloat writes an exponent only for very large and very small numbers, as
// encoding/json does.
func formatFloat(f float64, bits int) string {
	form := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		form = 'e'
	}
	return strconv.FormatFloat(f, form, -1, bits)
}
