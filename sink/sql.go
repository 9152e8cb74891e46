package sink

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// SQL writes each element to a database: insert is the statement, args gives its
// arguments. Insert and Upsert make such statements.
//
// Elements are collected in memory, and written when the sink is flushed: in one
// transaction, which holds nothing up between flushes, with a statement prepared
// in it. They count as handled when that is committed. So a row is written at
// least once, after a failure perhaps twice; an Upsert makes that harmless. See
// FlushEvery for how many rows that is, 1000 by default, and up to a window more.
//
// An error rolls the transaction back and fails the run; it names the row within
// the flush, and the record of the source where that is known. The end of the
// run ends calls to the database under way. db is not closed.
//
// Elsewhere: Pekko Slick.sink.
//
// backpressures when the database is at work · completes when upstream does,
// after a flush · fails when upstream does, and when a statement or a
// transaction does · handled when committed · holds the elements of a flush
func SQL[T any](db *sql.DB, insert string, args func(T) []any, opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("SQL", stage.TakesWindow, opts)
	m = m.Func(db == nil, "database").Func(args == nil, "function")
	m = m.Require(insert != "", "statement is empty")
	m.Flushes = true
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		return &table[T]{rt: rt, db: db, insert: insert, args: args}
	})
}

type table[T any] struct {
	rt     *stage.Runtime
	db     *sql.DB
	insert string
	args   func(T) []any
	rows   []T
	places []demand.Position // of rows, where they are known
}

func (t *table[T]) Write(in *demand.Chunk[T]) error {
	if t.rt.Records() {
		for i := range in.Len() {
			t.places = append(t.places, in.Position(i))
		}
	}
	t.rows = append(t.rows, in.Items()...)
	in.Advance(in.Len())
	return nil
}

// Flush implements stage.Writer.
func (t *table[T]) Flush() (err error) {
	ctx := t.rt.Context()
	// A transaction whose context ends is rolled back on a goroutine of
	// database/sql, which nobody waits for. So it has one of its own, which the end
	// of the run reaches only while it begins.
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	ready := context.AfterFunc(ctx, cancel)
	tx, err := t.db.BeginTx(own, nil)
	ready()
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		// Also where args panics.
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("rollback: %w", rerr))
		}
	}()
	if err := t.exec(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	clear(t.rows)
	t.rows, t.places = t.rows[:0], t.places[:0]
	return nil
}

func (t *table[T]) exec(ctx context.Context, tx *sql.Tx) error {
	stmt, err := tx.PrepareContext(ctx, t.insert)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	defer stmt.Close() // once more, where it fails
	for i, row := range t.rows {
		if _, err := stmt.ExecContext(ctx, t.args(row)...); err != nil {
			var at demand.Position
			if i < len(t.places) {
				at = t.places[i]
			}
			return located(t.rt, at, fmt.Errorf("row %d of %d: %w", i+1, len(t.rows), err))
		}
	}
	return stmt.Close()
}

// Close implements stage.Writer.
func (t *table[T]) Close(error) error { return nil }
