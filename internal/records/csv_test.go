package records

import (
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"
)

type leg struct {
	From  string `csv:"origin"`
	Delay int
}

func TestCSV(t *testing.T) {
	const head = "origin,delay\n"
	for name, test := range map[string]struct{ in, want string }{
		"rows":                 {head + "DTW,1\nLAS,2\n", "{DTW 1} | {LAS 2}"},
		"CRLF, no end":         {"origin,delay\r\nDTW,1\r\nLAS,2", "{DTW 1} | {LAS 2}"},
		"mark in front":        {"\xef\xbb\xbf" + head + "DTW,1\n", "{DTW 1}"},
		"other order and case": {"DELAY,x, origin \n1,y,DTW\n", "{DTW 1}"},
		"blank lines":          {"\n" + head + "\n\r\nDTW,1\n\n", "{DTW 1}"},
		"quotes":               {head + "\"D,T\"\"W\"\"\",\"1\"\n\"\",2\n", `{D,T"W" 1} | { 2}`},
		"line breaks":          {head + "\"D\nT\r\nW\",1\nLAS,2\n", "{D\nT\nW 1} | {LAS 2}"},
		"space around numbers": {head + "DTW, 1 \n", "{DTW 1}"},
		"header only":          {head, ""},
		"too few, too many":    {head + "DTW\nLAS,2\nLAX,3,\nSEA,4\n", "malformed | {LAS 2} | malformed | {SEA 4}"},
		"cut off":              {head + "DTW,1\nLA", "{DTW 1} | malformed"},
		"bad value":            {head + "DTW,late\nLAS,2\nLAX,\n", "bad_field | {LAS 2} | bad_field"},
		"quote inside":         {head + "D\"TW,1\nLAS,2\n", "malformed | {LAS 2}"},
		"text behind a quote":  {head + "\"DTW\"x,1\nLAS,2\n", "malformed | {LAS 2}"},
		"quote never closed":   {head + "\"DTW,1\nLAS,2\nLAX,3\n", "malformed | {LAS 2} | {LAX 3}"},
		"the same, then more":  {head + "\"DTW,1\nLAS,2\n\"L,A\",3\nSEA,4\n", "malformed | {LAS 2} | {L,A 3} | {SEA 4}"},
		"closed too late":      {head + "\"DTW,1\nLAS,2\n3,\"\nSEA,4\n", "malformed | {LAS 2} | malformed | {SEA 4}"},
		"never closed at end":  {head + "DTW,1\n\"LAS,2", "{DTW 1} | malformed"},
		"too long":             {head + strings.Repeat("x", 100) + ",1\nLAS,2\n", "too_long | {LAS 2}"},
		"too long at end":      {head + "DTW,1\n" + strings.Repeat("x", 100), "{DTW 1} | too_long"},
		"too long in quotes":   {head + "\"DTW,1\nLAS,2\n" + strings.Repeat("LAX,3\n", 20) + "SEA,4\n", "too_long | {LAS 2}" + strings.Repeat(" | {LAX 3}", 20) + " | {SEA 4}"},
		"as long as may be":    {head + strings.Repeat("x", 30) + ",1\r\nLAS,2\n", "{" + strings.Repeat("x", 30) + " 1} | {LAS 2}"},
		"one too long":         {head + strings.Repeat("x", 31) + ",1\r\nLAS,2\n", "too_long | {LAS 2}"},
		"nothing":              {"", "fatal"},
		"blank only":           {"\n\n", "fatal"},
		"no column":            {"origin,late\nDTW,1\n", "fatal"},
		"header damaged":       {"ori\"gin,delay\nDTW,1\n", "fatal"},
		"column twice":         {"origin,delay,Origin,origin\nDTW,1,x,x\n", "fatal"},
		"other case twice":     {"origin,delay,DELAY\nDTW,1,x\n", "fatal"},
		"exact case wins":      {"origin,delay,Delay\nDTW,x,1\n", "{DTW 1}"},
		"tag has its case":     {"Origin,delay\nDTW,1\n", "fatal"},
	} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, test.in, func(t *testing.T, r io.Reader) {
				if got := story(t, CSV[leg](r, Options{MaxRecord: 32})); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestCSVDetail(t *testing.T) {
	in := "\norigin,delay\nDTW,late\n\n\"L\nAS\",99999999999999999999\nx\n\"a\"b,1\n\"" + strings.Repeat("x", 40) + "\n\"LAX,4\n"
	want := `line 3: column "delay": "late" does not fit int: invalid syntax | ` +
		`line 5: column "delay": "99999999999999999999" does not fit int: value out of range | ` +
		`line 7: 1 fields, the header has 2 | ` +
		`line 8: text behind the closing quote of field 1 | ` +
		`line 9: longer than 32 bytes | ` +
		`line 10: the quote that opens field 1 is never closed`
	if got := details(t, CSV[leg](strings.NewReader(in), Options{MaxRecord: 32})); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for in, want := range map[string]string{
		"":                     `CSV: the input is empty, want a header`,
		"origin,dly\n":         `CSV header: no column "Delay" for field Delay; the header has ["origin" "dly"]`,
		"a,b\n":                `CSV header: no column "origin" for field From, "Delay" for field Delay; the header has ["a" "b"]`,
		"origin,delay,DELAY\n": `CSV header: columns 2 and 3 are both called "Delay", of field Delay`,
		"\n\"origin\n":         `CSV header, line 2: the quote that opens field 1 is never closed`,
	} {
		_, _, err := CSV[leg](strings.NewReader(in), Options{}).Next()
		if err == nil || err.Error() != want {
			t.Errorf("%q\n got %v\nwant %s", in, err, want)
		}
	}
}

func TestCSVFields(t *testing.T) {
	type Base struct {
		ID uint8 `csv:"id"`
	}
	type row struct {
		Base
		Name   string
		F      float32
		OK     bool
		At     time.Time     `csv:"at" layout:"2006/01/02 15:04"`
		Std    time.Time     `csv:",optional"`
		Addr   netip.Addr    `csv:"addr"`
		Maybe  *int          `csv:"maybe"`
		When   *time.Time    `csv:"when,optional" layout:"Jan 2, 2006"`
		Absent int           `csv:"absent,optional"`
		Skip   chan struct{} `csv:"-"`
		hidden int
	}
	in := "id,name,f,ok,at,std,addr,maybe,when\n" +
		"7,x,1.5,true,2001/01/31 00:47,2001-01-01T00:00:00Z,::1,3,\"Jan 2, 2006\"\n" +
		"8,,-2,F,2001/01/31 00:47,,10.0.0.1,,\n" +
		"256,,1,true,2001/01/31 00:47,,::1,,\n" +
		"1,,1,true,2001/02/30 00:47,,::1,,\n" +
		"1,,1,true,2001/01/31 00:47,,here,,\n" +
		"1,,1,maybe,2001/01/31 00:47,,::1,,\n" +
		"1,,1,true,2001/01/31 00:47,,::1,x,\n"
	all, err := read(t, CSV[row](strings.NewReader(in), Options{}))
	if err != nil || len(all) != 7 {
		t.Fatal(all, err)
	}
	a, b := all[0].value, all[1].value
	if a.ID != 7 || a.Name != "x" || a.F != 1.5 || !a.OK || a.At.Day() != 31 || a.Std.Year() != 2001 ||
		a.Addr.String() != "::1" || *a.Maybe != 3 || a.When.Year() != 2006 || a.hidden != 0 {
		t.Errorf("%+v", a)
	}
	if b.ID != 8 || b.Name != "" || b.OK || !b.Std.IsZero() || b.Maybe != nil || b.When != nil {
		t.Errorf("%+v: something of the row before is left", b)
	}
	for i, column := range []string{"id", "at", "addr", "ok", "maybe"} {
		if bad := all[2+i].bad; bad == nil || bad.Reason != BadField || !strings.Contains(bad.Detail, `column "`+column+`"`) {
			t.Errorf("record %d: %v, want column %q", 3+i, bad, column)
		}
	}
	var num *strconv.NumError
	if !errors.As(all[2].bad, &num) {
		t.Errorf("%v does not unwrap to strconv's error", all[2].bad)
	}
}

func TestCheckCSV(t *testing.T) {
	type nested struct{ X []int }
	if err := CheckCSV[leg](); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"no struct":        CheckCSV[string](),
		"pointer":          CheckCSV[*leg](),
		"no field":         CheckCSV[struct{ x int }](),
		"slice":            CheckCSV[nested](),
		"embedded":         CheckCSV[struct{ nested }](),
		"embedded pointer": CheckCSV[struct{ *Options }](),
		"unknown option": CheckCSV[struct {
			X int `csv:"x,omitempty"`
		}](),
		"layout of a string": CheckCSV[struct {
			X string `layout:"2006"`
		}](),
		"pointer to func": CheckCSV[struct{ X *func() }](),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if got := story(t, CSV[string](strings.NewReader("a\nb\n"), Options{})); got != "fatal" {
		t.Errorf("got %q", got)
	}
}

func TestCSVComma(t *testing.T) {
	in := "origin;delay\nD,T;1\n\"L;S\";2\n"
	if got, want := story(t, CSV[leg](strings.NewReader(in), Options{Comma: ';'})), "{D,T 1} | {L;S 2}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
