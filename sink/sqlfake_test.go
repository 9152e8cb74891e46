package sink_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fakeDB is a database in memory that keeps the rows of committed transactions
// and a log of what was asked of it, and can fail or wait at a given point.
type fakeDB struct {
	failAt string // such as "exec 7": the seventh exec fails
	waitAt string // waits for its context there
	wait   chan struct{}

	mu    sync.Mutex
	log   []string
	count map[string]int
	rows  []string
	open  int // transactions
	stmts int // prepared and not closed
}

func openFake(t testing.TB, f *fakeDB) *sql.DB {
	f.count, f.wait = map[string]int{}, make(chan struct{})
	db := sql.OpenDB(f)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if f.open != 0 || f.stmts != 0 {
			t.Errorf("%d transactions and %d statements were left open", f.open, f.stmts)
		}
	})
	return db
}

// did notes one call, and fails it where that was asked for.
func (f *fakeDB) did(ctx context.Context, what string) error {
	f.mu.Lock()
	f.count[what]++
	f.log = append(f.log, what)
	at := fmt.Sprint(what, " ", f.count[what])
	f.mu.Unlock()
	switch at {
	case f.failAt:
		return errBoom
	case f.waitAt:
		close(f.wait)
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// story is the log with repetitions counted: "begin prepare exec*3 commit".
func (f *fakeDB) story() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for rest := f.log; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n] == rest[0] {
			n++
		}
		word := rest[0]
		if n > 1 {
			word = fmt.Sprint(word, "*", n)
		}
		out = append(out, word)
		rest = rest[n:]
	}
	return strings.Join(out, " ")
}

func (f *fakeDB) transactions() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open
}

// Connect implements driver.Connector.
func (f *fakeDB) Connect(context.Context) (driver.Conn, error) { return &fakeConn{f: f}, nil }

// Driver implements driver.Connector.
func (f *fakeDB) Driver() driver.Driver { return nil }

type fakeConn struct {
	f  *fakeDB
	tx *fakeTx
}

func (c *fakeConn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("no context") }
func (c *fakeConn) Begin() (driver.Tx, error)           { return nil, errors.New("no context") }
func (c *fakeConn) Close() error                        { return nil }

func (c *fakeConn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if err := c.f.did(ctx, "begin"); err != nil {
		return nil, err
	}
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.f.open++
	c.tx = &fakeTx{c: c}
	return c.tx, nil
}

func (c *fakeConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.f.did(ctx, "prepare"); err != nil {
		return nil, err
	}
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.f.stmts++
	return &fakeStmt{c: c, query: query}, nil
}

type fakeTx struct {
	c    *fakeConn
	rows []string
}

func (t *fakeTx) Commit() error {
	err := t.c.f.did(context.Background(), "commit")
	if err != nil {
		t.rows = nil
	}
	return t.end(err)
}

func (t *fakeTx) Rollback() error {
	t.rows = nil
	return t.end(t.c.f.did(context.Background(), "rollback"))
}

func (t *fakeTx) end(err error) error {
	f := t.c.f
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open--
	f.rows = append(f.rows, t.rows...)
	t.c.tx = nil
	return err
}

type fakeStmt struct {
	c     *fakeConn
	query string
}

func (s *fakeStmt) NumInput() int                              { return -1 }
func (s *fakeStmt) Exec([]driver.Value) (driver.Result, error) { return nil, errors.New("no context") }
func (s *fakeStmt) Query([]driver.Value) (driver.Rows, error)  { return nil, errors.New("no query") }

func (s *fakeStmt) Close() error {
	s.c.f.mu.Lock()
	defer s.c.f.mu.Unlock()
	s.c.f.stmts--
	return nil
}

func (s *fakeStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.c.f.did(ctx, "exec"); err != nil {
		return nil, err
	}
	row := s.query
	for _, a := range args {
		row += fmt.Sprint(" ", a.Value)
	}
	s.c.tx.rows = append(s.c.tx.rows, row)
	return driver.RowsAffected(1), nil
}

// rowsOf are the rows that integers from 0 to n-1 make.
func rowsOf(n int) []string {
	var want []string
	for v := range n {
		want = append(want, fmt.Sprint("INSERT ", v))
	}
	return slices.Clip(want)
}
