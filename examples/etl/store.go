package main

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

const schema = `
CREATE TABLE flights (date TEXT, origin TEXT, destination TEXT, distance INTEGER, delay INTEGER);
CREATE TABLE routes (origin TEXT, destination TEXT, count INTEGER, mean_delay REAL, p95_delay INTEGER,
	PRIMARY KEY (origin, destination)) WITHOUT ROWID;
CREATE TABLE origins (origin TEXT PRIMARY KEY, name TEXT, city TEXT, state TEXT, count INTEGER, mean_delay REAL, p95_delay INTEGER) WITHOUT ROWID;
CREATE TABLE hours (hour INTEGER PRIMARY KEY, count INTEGER, mean_delay REAL, p95_delay INTEGER);
`

// With a write-ahead log a commit does not wait for the disk: whatever becomes
// of this process, what is committed stays, and after a power cut the database
// is whole, though the last commits may be missing. For more than that say
// synchronous(FULL), which waits for the disk at every flush.
// Who looks into the database meanwhile is waited for.
const settings = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"

// A store is the database that the job writes.
type store struct{ db *sql.DB }

// openStore makes a new database at path, in place of one that is there.
func openStore(ctx context.Context, path string) (*store, error) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite", address(path)+"?"+settings)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer at a time
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &store{db}, nil
}

// address names a file to SQLite, whatever is in its path.
func address(path string) string {
	file := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}
	return file.String()
}

// flights returns the sink for rows.
func (s *store) flights(opts ...stage.Option) stage.Sink[trip] {
	insert := sink.Insert("flights", "date", "origin", "destination", "distance", "delay")
	return sink.SQL(s.db, insert, func(t trip) []any {
		return []any{t.date, t.origin, t.destination, t.distance, t.delay}
	}, opts...)
}

// save writes the summaries.
func (s *store) save(ctx context.Context, sum *summary) error {
	stats := []string{"count", "mean_delay", "p95_delay"}
	return flow.Run(ctx,
		table(s, "routes", append([]string{"origin", "destination"}, stats...), sum.routes,
			func(r route) []any { return []any{r.from.Code, r.to.Code} }),
		table(s, "origins", append([]string{"origin", "name", "city", "state"}, stats...), sum.origins,
			func(a *airport) []any { return []any{a.Code, a.Name, a.City, a.State} }),
		table(s, "hours", append([]string{"hour"}, stats...), sum.hours,
			func(hour int) []any { return []any{hour} }),
	)
}

// table returns a pipeline that writes groups into a table.
func table[K comparable](s *store, name string, columns []string, groups map[K]*delays, key func(K) []any) flow.Pipeline {
	var rows iter.Seq[[]any] = func(yield func([]any) bool) {
		for k, d := range groups {
			if !yield(append(key(k), d.flights, d.mean(), d.percentile(95))) {
				return
			}
		}
	}
	insert := sink.Insert(name, columns...)
	return flow.From(source.Seq(rows)).To(sink.SQL(s.db, insert, func(row []any) []any { return row }, stage.Name(name)))
}

// count returns the number of flights in the database.
func (s *store) count(ctx context.Context) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM flights").Scan(&n)
	return n, err
}

// A ranking are the routes with the highest mean delay, among those with at
// least so many flights.
type ranking struct {
	flights int64
	routes  []routeDelay
}

type routeDelay struct {
	origin, destination string
	flights             int64
	mean                float64
	p95                 int64
}

// worst ranks the n worst routes, among those with at least so many flights, or
// as many as the busiest has.
func (s *store) worst(ctx context.Context, n int, flights int64) (w ranking, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT min(?, ifnull(max(count), 0)) FROM routes", flights).Scan(&w.flights)
	if err != nil {
		return w, err
	}
	rows, err := s.db.QueryContext(ctx, `SELECT origin, destination, count, mean_delay, p95_delay FROM routes
		WHERE count >= ? ORDER BY mean_delay DESC, origin, destination LIMIT ?`, w.flights, n)
	if err != nil {
		return w, err
	}
	defer rows.Close()
	for rows.Next() {
		var r routeDelay
		if err := rows.Scan(&r.origin, &r.destination, &r.flights, &r.mean, &r.p95); err != nil {
			return w, err
		}
		w.routes = append(w.routes, r)
	}
	return w, rows.Err()
}

func (s *store) close() error { return s.db.Close() }
