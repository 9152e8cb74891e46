package records

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// csvPlan says which field of a struct is read from which column, made once for a type.
type csvPlan []csvField

// csvField is one field of the struct.
type csvField struct {
	path     []int  // for reflect.Value.FieldByIndex
	name     string // of the field, for errors
	column   string // as it must stand in the header
	exact    bool   // column came from a tag: case matters
	optional bool
	set      setter
}

// planCSV looks at the fields of a struct type.
func planCSV(t reflect.Type) (csvPlan, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("reading CSV into %s: want a struct", t)
	}
	plan, err := csvPlan(nil).add(t, nil)
	if err != nil {
		return nil, fmt.Errorf("reading CSV into %s: %w", t, err)
	}
	if len(plan) == 0 {
		return nil, fmt.Errorf("reading CSV into %s: it has no exported field", t)
	}
	return plan, nil
}

// add plans the fields of t, which stands at path.
func (p csvPlan) add(t reflect.Type, path []int) (csvPlan, error) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("csv")
		at := append(slices.Clone(path), i)
		var err error
		switch {
		case tag == "-":
		case f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct && !reflect.PointerTo(f.Type).Implements(unmarshaler):
			p, err = p.add(f.Type, at)
		case f.IsExported():
			var field csvField
			field, err = planField(f, tag, at)
			p = append(p, field)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

func planField(f reflect.StructField, tag string, path []int) (csvField, error) {
	name, option, _ := strings.Cut(tag, ",")
	if option != "" && option != "optional" {
		return csvField{}, fmt.Errorf("field %s: unknown option %q in its tag", f.Name, option)
	}
	set, err := setterOf(f.Type, f.Tag.Get("layout"))
	if err != nil {
		return csvField{}, fmt.Errorf("field %s: %w", f.Name, err)
	}
	field := csvField{path: path, name: f.Name, column: name, exact: true, optional: option != "", set: set}
	if name == "" {
		field.column, field.exact = f.Name, false
	}
	return field, nil
}

// csvCell is one cell of a row that is read.
type csvCell struct {
	at     int // which
	column string
	dst    reflect.Value
	set    setter

	emptyOK bool
}

// bind finds the columns of the plan in a header, for a struct that always stands in the same place.
func (p csvPlan) bind(header []string, into reflect.Value) ([]csvCell, error) {
	var cells []csvCell
	var missing []string
	for _, f := range p {
		at, err := f.find(header)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			if !f.optional {
				missing = append(missing, fmt.Sprintf("%q for field %s", f.column, f.name))
			}
			continue
		}
		cells = append(cells, csvCell{at: at, column: header[at], dst: into.FieldByIndex(f.path), set: f.set, emptyOK: f.optional})
	}
	if missing != nil {
		return nil, fmt.Errorf("no column %s; the header has %q", strings.Join(missing, ", "), header)
	}
	return cells, nil
}

// find gives the column of a field, or -1. A name in the exact case goes before one in another.
func (f csvField) find(header []string) (int, error) {
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		at := -1
		for i, name := range header {
			if !same(name, f.column) {
				continue
			}
			if at >= 0 {
				return 0, fmt.Errorf("columns %d and %d are both called %q, of field %s", at+1, i+1, f.column, f.name)
			}
			at = i
		}
		if at >= 0 || f.exact {
			return at, nil
		}
	}
	return -1, nil
}
