package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/weir-go/weir/source"
)

// What is read where no file is given.
//
//go:embed data/flights-20k.json data/flights-damaged.json data/airports.csv
var builtIn embed.FS

var (
	builtInFlights  = []string{"flights-20k.json", "flights-damaged.json"}
	builtInAirports = "airports.csv"
)

// inputs are the files to read. They count the bytes, for the progress.
type inputs struct {
	open []source.Opener
	size int64 // of all of them in bytes, packed as they are; -1 where unknown
	read atomic.Int64
}

func openInputs(paths []string) (*inputs, error) {
	in := &inputs{}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s is a folder", path)
		}
		in.add(path, info, func() (fs.File, error) { return os.Open(path) })
	}
	if len(paths) > 0 {
		return in, nil
	}
	for _, name := range builtInFlights {
		info, err := fs.Stat(builtIn, "data/"+name)
		if err != nil {
			return nil, err
		}
		in.add(name, info, func() (fs.File, error) { return builtIn.Open("data/" + name) })
	}
	return in, nil
}

func (in *inputs) add(name string, info fs.FileInfo, open func() (fs.File, error)) {
	in.open = append(in.open, source.Named(name, func(context.Context) (io.ReadCloser, error) {
		f, err := open()
		if err != nil {
			return nil, err
		}
		return &counted{f, &in.read}, nil
	}))
	switch {
	case !info.Mode().IsRegular():
		in.size = -1
	case in.size >= 0:
		in.size += info.Size()
	}
}

// counted is a file that counts the bytes read from it.
type counted struct {
	fs.File
	read *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// SetReadDeadline lets the source interrupt a read from a pipe or a terminal.
func (c *counted) SetReadDeadline(t time.Time) error {
	if f, ok := c.File.(interface{ SetReadDeadline(time.Time) error }); ok {
		return f.SetReadDeadline(t)
	}
	return os.ErrNoDeadline
}
