package sink_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// inserts is the sink of the tests: a row for each integer.
func inserts(db *sql.DB, opts ...stage.Option) stage.Sink[int] {
	return sink.SQL(db, "INSERT", func(v int) []any { return []any{v} }, opts...)
}

// One transaction a flush, a statement prepared in it, and elements count as
// handled when it was committed.
func TestSQLFlushes(t *testing.T) {
	var f fakeDB
	db := openFake(t, &f)
	s := track(25)
	var commits []int
	s.onSettle = func() { commits = append(commits, f.count["commit"]) }
	if err := flow.From(s).To(sink.FlushEvery(10, time.Hour, inserts(db))).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	one := func(n int) string { return fmt.Sprintf("begin prepare exec*%d commit", n) }
	if want := strings.Join([]string{one(10), one(10), one(5)}, " "); f.story() != want {
		t.Errorf("the database saw %q, want %q", f.story(), want)
	}
	equal(t, "rows", f.rows, rowsOf(25))
	for i, n := range commits {
		if n != i/10+1 {
			t.Errorf("element %d counted as handled after %d commits", i, n)
		}
	}
}

// Between flushes no transaction is open, so that nobody waits for it.
func TestSQLHoldsNothingBetweenFlushes(t *testing.T) {
	var f fakeDB
	db := openFake(t, &f)
	look := operators.MapErr(func(v int) (int, error) {
		if n := f.transactions(); n > 0 {
			return 0, fmt.Errorf("%d transactions are open", n)
		}
		return v, nil
	})
	if err := flow.From(track(100)).Via(look).To(sink.FlushEvery(10, time.Hour, inserts(db))).Run(t.Context()); err != nil {
		t.Error(err)
	}
	equal(t, "rows", f.rows, rowsOf(100))
}

// Whatever fails, the flush is rolled back as a whole; the flushes before it
// stay, and only their elements count as handled.
func TestSQLFails(t *testing.T) {
	for failAt, test := range map[string]struct {
		rows int
		end  string
		text string
	}{
		"begin 2":    {10, "commit begin", "begin: boom"},
		"prepare 2":  {10, "begin prepare rollback", "prepare: boom"},
		"exec 1":     {0, "begin prepare exec rollback", "row 1 of 10: boom"},
		"exec 17":    {10, "begin prepare exec*7 rollback", "row 7 of 10: boom"},
		"commit 2":   {10, "begin prepare exec*10 commit", "commit: boom"},
		"rollback 1": {10, "exec*7 rollback", "rollback: boom"},
	} {
		t.Run(failAt, func(t *testing.T) {
			f := fakeDB{failAt: failAt}
			rows := func(v int) []any {
				if v == 16 && failAt == "rollback 1" {
					return []any{struct{}{}} // no driver takes that
				}
				return []any{v}
			}
			s := track(25)
			to := sink.SQL(openFake(t, &f), "INSERT", rows, stage.Name("store"))
			err := flow.From(s).To(sink.FlushEvery(10, time.Hour, to)).Run(t.Context())
			wantStage(t, err, "store", errBoom)
			if !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %q, want %q in it", err, test.text)
			}
			if failAt == "rollback 1" {
				test.end = "exec*6 rollback" // the bad row did not get there
			}
			if !strings.HasSuffix(f.story(), test.end) {
				t.Errorf("the database saw %q, want it to end with %q", f.story(), test.end)
			}
			equal(t, "rows", f.rows, rowsOf(test.rows))
			if n := len(s.done()); n != test.rows {
				t.Errorf("%d elements count as handled, want %d", n, test.rows)
			}
			for _, o := range s.settled[test.rows : test.rows+10] {
				if o != demand.Abandoned {
					t.Errorf("an element of the flush that failed is %v", o)
				}
			}
		})
	}
}

// The error names the record where records are numbered.
func TestSQLNamesTheRecord(t *testing.T) {
	f := fakeDB{failAt: "exec 7"}
	letters := stage.DeadLetter(sink.Discard[stage.Letter]())
	odd := operators.MapErr(func(v int) (int, error) {
		if v%2 == 0 {
			return 0, errBoom
		}
		return v, nil
	}, stage.OnError(letters))
	err := flow.From(track(100)).Via(odd).To(inserts(openFake(t, &f))).Run(t.Context())
	var at *stage.Error
	if !errors.As(err, &at) || at.Stage != "sql" || at.Source != "tracked" || at.Record != 14 {
		t.Errorf("got %v", err)
	}
}

func TestSQLArgsPanic(t *testing.T) {
	var f fakeDB
	args := func(v int) []any {
		if v == 3 {
			panic("oh")
		}
		return []any{v}
	}
	err := flow.From(track(10)).To(sink.SQL(openFake(t, &f), "INSERT", args)).Run(t.Context())
	var p *stage.PanicError
	if !errors.As(err, &p) || p.Stage != "sql" {
		t.Errorf("got %v", err)
	}
	if want := "begin prepare exec*3 rollback"; f.story() != want || len(f.rows) > 0 {
		t.Errorf("the database saw %q, want %q", f.story(), want)
	}
}

// A stop ends the call under way, whatever it is, and nothing of the flush stays.
func TestSQLStops(t *testing.T) {
	for _, at := range []string{"begin 1", "prepare 1", "exec 1", "exec 5"} {
		t.Run(at, func(t *testing.T) {
			f := fakeDB{waitAt: at}
			s := track(10)
			r, err := flow.From(s).To(inserts(openFake(t, &f))).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			<-f.wait
			if err := r.Stop(errBoom); err != errBoom {
				t.Errorf("stopped: %v", err)
			}
			if len(f.rows) > 0 || len(s.done()) > 0 {
				t.Errorf("rows %v, handled %v", f.rows, s.done())
			}
		})
	}
}

// The wait for a connection ends with the run too.
func TestSQLStopsWithoutConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openFake(t, new(fakeDB))
		db.SetMaxOpenConns(1)
		busy, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r, err := flow.From(track(1)).To(inserts(db)).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := r.Stop(errBoom); err != errBoom {
			t.Errorf("stopped: %v", err)
		}
		if err := busy.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Drained at a random moment, every element read is in the database.
func TestSQLDrain(t *testing.T) {
	for n := range 20 {
		var f fakeDB
		reached := make(chan struct{})
		mark := operators.Map(func(v int) int {
			if v == n*300 {
				close(reached)
			}
			return v
		})
		r, err := flow.From(source.Range(0, 1<<40)).Via(mark).To(inserts(openFake(t, &f))).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		<-reached
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		st, _ := r.Snapshot().Stage("range")
		equal(t, "rows", f.rows, rowsOf(int(st.Out)))
	}
}

// Letters go into the same database, which has one connection only.
func TestSQLBesideDeadLetters(t *testing.T) {
	var f fakeDB
	db := openFake(t, &f)
	db.SetMaxOpenConns(1)
	dead := stage.DeadLetter(sink.Adapt(func(l stage.Letter) int { return -l.Element.(int) }, inserts(db)))
	check := operators.MapErr(func(v int) (int, error) {
		if v%10 == 9 {
			return 0, errBoom
		}
		return v, nil
	}, stage.OnError(dead))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := flow.From(track(100)).Via(check).To(inserts(db)).Run(ctx); err != nil {
		t.Fatal(err)
	}
	if len(f.rows) != 100 {
		t.Errorf("%d rows, want 100", len(f.rows))
	}
}

func TestSQLMistakes(t *testing.T) {
	db := openFake(t, new(fakeDB))
	args := func(int) []any { return nil }
	for name, s := range map[string]stage.Sink[int]{
		"database must not be nil": sink.SQL(nil, "INSERT", args),
		"function must not be nil": sink.SQL[int](db, "INSERT", nil),
		"statement is empty":       sink.SQL(db, "", args),
	} {
		if err := s.Meta().Err; err == nil || err.Error() != name {
			t.Errorf("got %v, want %s", err, name)
		}
	}
}

func TestStatements(t *testing.T) {
	for want, got := range map[string]string{
		`INSERT INTO "t" ("a", "b") VALUES ($1, $2)`:                     sink.Insert("t", "a", "b"),
		`INSERT INTO "public"."t" ("say ""a""") VALUES ($1)`:             sink.Insert("public.t", `say "a"`),
		`INSERT INTO "t" DEFAULT VALUES`:                                 sink.Insert("t"),
		`INSERT INTO "t" ("k") VALUES ($1) ON CONFLICT ("k") DO NOTHING`: sink.Upsert("t", []string{"k"}, "k"),
		`INSERT INTO "t" ("a") VALUES ($1)`:                              sink.Upsert("t", []string{"a"}),
		`INSERT INTO "t" ("k", "l", "a", "b") VALUES ($1, $2, $3, $4) ON CONFLICT ("k", "l") DO UPDATE SET ` +
			`"a" = excluded."a", "b" = excluded."b"`: sink.Upsert("t", []string{"k", "l", "a", "b"}, "k", "l"),
		`INSERT INTO "t" ("%s") VALUES ($1) ON CONFLICT ("k") DO UPDATE SET "%s" = excluded."%s"`: sink.Upsert("t", []string{"%s"}, "k"),
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func ExampleInsert() {
	fmt.Println(sink.Insert("flights", "origin", "destination"))
	// Output: INSERT INTO "flights" ("origin", "destination") VALUES ($1, $2)
}

func ExampleUpsert() {
	fmt.Println(sink.Upsert("routes", []string{"origin", "destination", "count"}, "origin", "destination"))
	// Output: INSERT INTO "routes" ("origin", "destination", "count") VALUES ($1, $2, $3) ON CONFLICT ("origin", "destination") DO UPDATE SET "count" = excluded."count"
}

func ExampleSQL() {
	type route struct {
		From, To string
		Count    int
	}
	memory := fakeDB{count: map[string]int{}}
	db := sql.OpenDB(&memory) // sql.Open("sqlite", "flights.db") in real life
	defer db.Close()

	insert := sink.Upsert("routes", []string{"origin", "destination", "count"}, "origin", "destination")
	rows := sink.SQL(db, insert, func(r route) []any { return []any{r.From, r.To, r.Count} })
	routes := source.Slice([]route{{"STR", "TXL", 3}, {"TXL", "STR", 4}})
	err := flow.From(routes).To(rows).Run(context.Background())
	fmt.Println(len(memory.rows), "rows,", memory.count["commit"], "transaction,", err)
	// Output: 2 rows, 1 transaction, <nil>
}
