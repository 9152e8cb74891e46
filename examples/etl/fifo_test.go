//go:build unix

package main

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Rows from a sender that waits are in the database while it waits, and Ctrl-C
// ends the read.
func TestCtrlCWhileWaitingForInput(t *testing.T) {
	fifo, dir := filepath.Join(t.TempDir(), "fifo"), t.TempDir()
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	sender, err := os.OpenFile(fifo, os.O_RDWR, 0) // does not wait for the reader
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	cmd := command(t, "-out", dir, "-report", "json", "-in", fifo)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill() // where it has not ended
	if _, err := sender.Write(asJSONLines(t, modelFlights(t)[:500])); err != nil {
		t.Fatal(err)
	}
	if err := rowsArrive(filepath.Join(dir, "flights.db"), 500); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 {
		t.Errorf("ended with %v", err)
	}
	r := outcome{code: 130, stdout: stdout.String(), dir: dir}.report(t)
	if r.Read != 500 || r.Written != 500 {
		t.Errorf("%d read, %d written", r.Read, r.Written)
	}
}

// rowsArrive looks into the database of another process until it holds n
// flights.
func rowsArrive(path string, n int) error {
	db, err := sql.Open("sqlite", address(path)+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	for end := time.Now().Add(20 * time.Second); ; {
		var got int
		err := db.QueryRow("SELECT count(*) FROM flights").Scan(&got)
		switch {
		case got == n:
			return nil
		case time.Now().After(end):
			return errors.Join(fmt.Errorf("%d rows of %d", got, n), err)
		}
	}
}
