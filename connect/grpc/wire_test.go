package weirgrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/emptypb"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// Frames written here by the numbers in weir.proto, not by the code under test.
func msg(field protowire.Number, in []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), in)
}

func num(b []byte, field protowire.Number, n int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(n))
}

func open(after int64, codec string) []byte {
	return msg(1, protowire.AppendString(protowire.AppendTag(num(nil, 1, after), 2, protowire.BytesType), codec))
}
func request(n int64) []byte { return msg(2, num(nil, 1, n)) }
func done(n int64) []byte    { return msg(3, num(nil, 1, n)) }

func elements(first int64, payloads ...string) []byte {
	b := num(nil, 1, first)
	for _, p := range payloads {
		b = protowire.AppendString(protowire.AppendTag(b, 2, protowire.BytesType), p)
	}
	return msg(5, b)
}

func put(t *testing.T, s interface{ SendMsg(any) error }, b []byte) {
	t.Helper()
	var m emptypb.Empty
	m.ProtoReflect().SetUnknown(b)
	if err := s.SendMsg(&m); err != nil && err != io.EOF {
		t.Error(err)
	}
}

func get(s interface{ RecvMsg(any) error }) ([]byte, error) {
	var m emptypb.Empty
	err := s.RecvMsg(&m)
	return m.ProtoReflect().GetUnknown(), err
}

// call opens a stream by hand.
func call(t *testing.T, conn *grpc.ClientConn) grpc.ClientStream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	s, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/"+service+"/Flow")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFramesAreThoseOfTheSchema(t *testing.T) {
	c := newCounter(3)
	s := call(t, serve(t, weirgrpc.JSON[int64](), c.flow))
	put(t, s, open(0, "json"))
	put(t, s, request(2))
	for n, want := range []string{"1", "2"} { // a window begins with one
		if b, err := get(s); err != nil || !slices.Equal(b, elements(int64(n+1), want)) {
			t.Fatalf("%x %v", b, err)
		}
	}
	put(t, s, request(2)) // again: says nothing new
	put(t, s, done(1))
	eventually(t, "1 is handled", func() bool { return c.gave.Load() == 2 && c.handled() == 1 })
	put(t, s, done(2))
	eventually(t, "2 are handled", func() bool { return c.handled() == 2 })
	put(t, s, request(9))
	if b, err := get(s); err != nil || !slices.Equal(b, elements(3, "3")) {
		t.Fatalf("%x %v", b, err)
	}
	if b, err := get(s); err != nil || !slices.Equal(b, msg(6, num(nil, 1, 3))) {
		t.Fatalf("%x %v", b, err)
	}
	if c.handled() != 2 {
		t.Fatal(c.handled())
	}
	put(t, s, done(3))
	s.CloseSend()
	if b, err := get(s); err != io.EOF {
		t.Fatalf("%x %v", b, err)
	}
	if c.handled() != 3 || len(c.abandoned) > 0 {
		t.Fatal(c.handled(), c.abandoned)
	}
}

func TestTheProducerRefuses(t *testing.T) {
	big := msg(2, protowire.AppendBytes(protowire.AppendTag(num(nil, 1, 5), 99, protowire.BytesType), make([]byte, 5000)))
	for name, test := range map[string]struct {
		frames [][]byte
		want   codes.Code
		text   string
	}{
		"no open":            {[][]byte{request(1)}, codes.InvalidArgument, "the first frame is request"},
		"another codec":      {[][]byte{open(0, "gob")}, codes.InvalidArgument, `as "json", not as "gob"`},
		"a bad beginning":    {[][]byte{open(-1, "json")}, codes.InvalidArgument, "element -1"},
		"open twice":         {[][]byte{open(0, "json"), open(0, "json")}, codes.InvalidArgument, "must not send the frame open"},
		"no credit":          {[][]byte{open(0, "json"), request(0)}, codes.InvalidArgument, "credit must be at least 1"},
		"negative credit":    {[][]byte{open(0, "json"), request(-5)}, codes.InvalidArgument, "credit must be at least 1"},
		"credit behind":      {[][]byte{open(7, "json"), request(7)}, codes.InvalidArgument, "credit must be at least 1"},
		"credit that sinks":  {[][]byte{open(0, "json"), request(5), request(4)}, codes.InvalidArgument, "credit must be at least 1"},
		"done with too much": {[][]byte{open(0, "json"), done(1)}, codes.InvalidArgument, "can't be done"},
		"done with less":     {[][]byte{open(3, "json"), done(2)}, codes.InvalidArgument, "can't be done"},
		"unknown":            {[][]byte{open(0, "json"), msg(9, nil)}, codes.InvalidArgument, "unknown frame 9"},
		"elements":           {[][]byte{open(0, "json"), elements(1, "1")}, codes.InvalidArgument, "must not send the frame elements"},
		"empty":              {[][]byte{open(0, "json"), {}}, codes.InvalidArgument, "empty"},
		"malformed":          {[][]byte{open(0, "json"), msg(2, []byte{0xff})}, codes.InvalidArgument, "malformed request"},
		"two in one":         {[][]byte{open(0, "json"), append(request(1), request(2)...)}, codes.InvalidArgument, "malformed request"},
		"too large":          {[][]byte{open(0, "json"), big}, codes.ResourceExhausted, "the limit is 4096"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter(1 << 40)
			s := call(t, serve(t, weirgrpc.JSON[int64](), c.flow))
			for _, f := range test.frames {
				put(t, s, f)
			}
			var err error
			for err == nil {
				_, err = get(s)
			}
			if status.Code(err) != test.want || !strings.Contains(err.Error(), test.text) {
				t.Fatalf("got %v, want %s: %s", err, test.want, test.text)
			}
		})
	}
	t.Run("no frame", func(t *testing.T) {
		s := call(t, serve(t, weirgrpc.JSON[int64](), newCounter(1).flow))
		s.CloseSend()
		if _, err := get(s); status.Code(err) != codes.InvalidArgument {
			t.Fatal(err)
		}
	})
}

// What the consumer left is given up, so that the source delivers it again.
func TestWhatIsNotHandledIsAbandoned(t *testing.T) {
	c := newCounter(5)
	s := call(t, serve(t, weirgrpc.JSON[int64](), c.flow))
	put(t, s, open(0, "json"))
	for i := int64(1); i <= 3; i++ {
		put(t, s, request(i))
		get(s)
	}
	put(t, s, done(1))
	s.CloseSend()
	if _, err := get(s); err != io.EOF {
		t.Fatal(err)
	}
	if c.handled() != 1 || !slices.Equal(c.abandoned, []int64{2, 3}) {
		t.Fatal(c.handled(), c.abandoned)
	}
}

// rogue serves frames by hand.
func rogue(t *testing.T, handle func(s grpc.ServerStream)) *grpc.ClientConn {
	return listen(t, func(srv *grpc.Server) {
		srv.RegisterService(&grpc.ServiceDesc{ServiceName: service, HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{{
			StreamName: "Flow", ServerStreams: true, ClientStreams: true,
			Handler: func(_ any, s grpc.ServerStream) error { handle(s); return nil },
		}}}, nil)
	})
}

func TestTheConsumerRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		frame []byte
		want  codes.Code
		text  string
	}{
		"more than requested": {elements(1, strings.Split(strings.Repeat("1 ", 600), " ")...), codes.Unknown, "rule 1.1"},
		"a gap":               {elements(2, "2"), codes.Internal, "element 2 came where 1 was due"},
		"a repetition":        {elements(0, "0"), codes.Internal, "element 0 came where 1 was due"},
		"none":                {elements(1), codes.InvalidArgument, "malformed elements"},
		"an early end":        {msg(6, num(nil, 1, 4)), codes.Internal, "completed after element 4, and sent 0"},
		"an error of nothing": {msg(7, nil), codes.Internal, "an error frame without an error"},
		"unknown":             {msg(8, nil), codes.InvalidArgument, "unknown frame 8"},
		"request":             {request(1), codes.InvalidArgument, "must not send the frame request"},
		"too large":           {elements(1, strings.Repeat("9", 101)), codes.ResourceExhausted, "an element of 101 bytes, the limit is 100"},
		"far too large":       {elements(1, strings.Repeat("9", 100_000)), codes.ResourceExhausted, "larger than max"},
		"not JSON":            {elements(1, "{"), codes.Unknown, "unexpected end of JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := rogue(t, func(s grpc.ServerStream) {
				get(s)
				get(s)
				put(t, s, test.frame)
				for {
					if _, err := get(s); err != nil {
						return
					}
				}
			})
			got, err := flow.Collect(t.Context(), numbers(conn, weirgrpc.MaxElement(100), weirgrpc.Ahead(512)))
			if len(got) > 0 || err == nil || status.Code(err) != test.want || !strings.Contains(err.Error(), test.text) {
				t.Fatalf("got %v, %v, want %s: %s", got, err, test.want, test.text)
			}
		})
	}
	t.Run("an end without a word", func(t *testing.T) {
		conn := rogue(t, func(s grpc.ServerStream) { get(s); get(s); put(t, s, elements(1, "1")) })
		got, err := flow.Collect(t.Context(), numbers(conn))
		if len(got) > 1 || status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "before the flow did") {
			t.Fatal(got, err)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		conn := listen(t, func(*grpc.Server) {})
		if _, err := flow.Collect(t.Context(), numbers(conn)); status.Code(err) != codes.Unimplemented {
			t.Fatal(err)
		}
	})
}

func TestElementsOverTheLimit(t *testing.T) {
	conn := serve(t, weirgrpc.JSON[string](), func(context.Context, weirgrpc.Resume) (flow.Flow[string], error) {
		return flow.From(source.Slice([]string{"a", strings.Repeat("b", 98), strings.Repeat("c", 99)})), nil
	}, weirgrpc.MaxElement(100))
	got, err := flow.Collect(t.Context(), flow.From(weirgrpc.Source(conn, service, weirgrpc.JSON[string]())))
	if len(got) != 2 || status.Code(err) != codes.ResourceExhausted || !strings.Contains(err.Error(), "element 3 has 101 bytes, the limit is 100") {
		t.Fatal(len(got), err)
	}
}

// Large elements come one in a frame, small ones many.
func TestFrames(t *testing.T) {
	m := new(weirgrpc.Meter)
	conn := serve(t, weirgrpc.Bytes(), func(context.Context, weirgrpc.Resume) (flow.Flow[[]byte], error) {
		large := flow.From(source.Slice([][]byte{make([]byte, 1<<20), make([]byte, 1<<20), {}}))
		return large, nil
	}, weirgrpc.Metered(m))
	got, err := flow.Collect(t.Context(), flow.From(weirgrpc.Source(conn, service, weirgrpc.Bytes(), weirgrpc.Ahead(10))))
	if err != nil || len(got) != 3 || len(got[1]) != 1<<20 || len(got[2]) != 0 || m.Read().Frames != 3 {
		t.Fatal(len(got), err, m.Read())
	}
}

// losing loses the first n requests of each stream on their way.
func losing(n int64) grpc.DialOption {
	return grpc.WithStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
		s, err := streamer(ctx, desc, cc, method, opts...)
		l := &lossy{ClientStream: s}
		l.left.Store(n)
		return l, err
	})
}

type lossy struct {
	grpc.ClientStream
	left atomic.Int64
}

func (l *lossy) SendMsg(m any) error {
	if b := m.(*emptypb.Empty).ProtoReflect().GetUnknown(); b[0] == 2<<3|2 && l.left.Add(-1) >= 0 {
		return nil
	}
	return l.ClientStream.SendMsg(m)
}

func TestALostRequestIsSaidAgain(t *testing.T) {
	c, m, sm := newCounter(100), new(weirgrpc.Meter), new(weirgrpc.Meter)
	conn := listen(t, func(srv *grpc.Server) {
		if err := weirgrpc.Serve(srv, service, c.flow, weirgrpc.JSON[int64](), weirgrpc.Metered(sm)); err != nil {
			t.Fatal(err)
		}
	}, losing(2))
	a := subscribe(t, numbers(conn, weirgrpc.Repeat(10*time.Millisecond), weirgrpc.Metered(m)))
	a.sub.Request(3)
	for i := range int64(3) {
		if v := <-a.got; v != i+1 {
			t.Fatal(v)
		}
	}
	if s := m.Read(); s.Repeated < 2 || s.Granted != 3 {
		t.Errorf("%+v", s)
	}
	time.Sleep(30 * time.Millisecond) // nothing is due: nothing is said
	before := m.Read().Repeated
	time.Sleep(30 * time.Millisecond)
	if m.Read().Repeated != before || c.asked.Load() != 3 {
		t.Errorf("repeated %d, then %d; asked for %d", before, m.Read().Repeated, c.asked.Load())
	}
	a.sub.Cancel()
	<-c.causes
}

// A late request is repeated, then comes twice: the credit is the same.
func TestARepeatedRequestIsNoMoreCredit(t *testing.T) {
	c, m := newCounter(100), new(weirgrpc.Meter)
	var gate atomic.Bool
	conn := serve(t, weirgrpc.JSON[int64](), func(ctx context.Context, at weirgrpc.Resume) (flow.Flow[int64], error) {
		f, err := c.flow(ctx, at)
		return f.Filter(func(int64) bool {
			for !gate.Load() {
				time.Sleep(time.Millisecond)
			}
			return true
		}), err
	}, weirgrpc.Metered(m))
	a := subscribe(t, numbers(conn, weirgrpc.Repeat(2*time.Millisecond)))
	a.sub.Request(2)
	eventually(t, "five repeats", func() bool { return m.Read().Repeated >= 5 })
	gate.Store(true)
	<-a.got
	<-a.got
	time.Sleep(10 * time.Millisecond)
	if s := m.Read(); s.Granted != 2 || s.Elements != 2 || c.asked.Load() != 2 {
		t.Errorf("%+v, asked for %d", s, c.asked.Load())
	}
	a.sub.Cancel()
	<-c.causes
}

func TestDoneGoesNotPastWhatFailed(t *testing.T) {
	c := newCounter(10)
	conn := serve(t, weirgrpc.JSON[int64](), c.flow)
	bad := errors.New("bad")
	f := flow.Via(numbers(conn), operators.MapErr(func(v int64) (int64, error) {
		if v == 4 {
			return 0, bad
		}
		return v, nil
	}))
	err := f.To(sink.ForEach(func(int64) error { return nil }, stage.Window(1, 1))).Run(t.Context())
	if !errors.Is(err, bad) || c.handled() != 3 {
		t.Fatal(err, c.handled())
	}
}

func TestElementsThatCannotBeDecoded(t *testing.T) {
	conn := serve(t, weirgrpc.JSON[json.RawMessage](), func(context.Context, weirgrpc.Resume) (flow.Flow[json.RawMessage], error) {
		return flow.From(source.Slice([]json.RawMessage{json.RawMessage(`1`), json.RawMessage(`"x"`), json.RawMessage(`3`), json.RawMessage(`{}`)})), nil
	})
	var letters []stage.Letter
	got, err := flow.Collect(t.Context(), numbers(conn, weirgrpc.Staged(stage.Name("numbers"), stage.OnError(stage.DeadLetter(sink.Slice(&letters))))))
	if err != nil || !slices.Equal(got, []int64{1, 3}) || len(letters) != 2 {
		t.Fatal(got, err, letters)
	}
	if l := letters[0]; l.Record != 2 || l.Source != service || l.Stage != "numbers" || string(l.Element.([]byte)) != `"x"` {
		t.Errorf("%+v", l)
	}
	_, err = flow.Collect(t.Context(), numbers(conn))
	var at *stage.Error
	if !errors.As(err, &at) || at.Record != 2 || at.Source != service {
		t.Fatal(err)
	}
}

func TestCodecsAndMetadataCross(t *testing.T) {
	type point struct{ X, Y int }
	want := []point{{1, 2}, {}, {-3, 1 << 40}}
	for _, codec := range []weirgrpc.Codec[point]{weirgrpc.JSON[point](), weirgrpc.Gob[point]()} {
		var md metadata.MD
		conn := serve(t, codec, func(ctx context.Context, _ weirgrpc.Resume) (flow.Flow[point], error) {
			md, _ = metadata.FromIncomingContext(ctx)
			return flow.From(source.Slice(want)), nil
		})
		ctx := metadata.AppendToOutgoingContext(t.Context(), "x-from", "context")
		got, err := flow.Collect(ctx, flow.From(weirgrpc.Source(conn, service, codec, weirgrpc.Metadata(metadata.Pairs("x-also", "option")))))
		if err != nil || !slices.Equal(got, want) {
			t.Fatal(codec.Name(), got, err)
		}
		if fmt.Sprint(md["x-from"], md["x-also"]) != "[context] [option]" {
			t.Error(md)
		}
	}
	type message = emptypb.Empty
	conn := serve(t, weirgrpc.Proto[message](), func(ctx context.Context, _ weirgrpc.Resume) (flow.Flow[*message], error) {
		return flow.From(source.Slice([]*message{{}, {}})), nil
	})
	codec := weirgrpc.Proto[message]()
	got, err := flow.Collect(t.Context(), flow.From(weirgrpc.Source(conn, service, codec)))
	if err != nil || len(got) != 2 || codec.Name() != "proto:google.protobuf.Empty" {
		t.Fatal(got, err, codec.Name())
	}
}

func TestALineageForEachRead(t *testing.T) {
	// Batches join reads; what they hold is not handled yet.
	c := newCounter(10)
	var at []int64
	batches := flow.Via(numbers(serve(t, weirgrpc.JSON[int64](), c.flow)), operators.Batch[int64](4, 0))
	err := batches.To(sink.ForEach(func(b []int64) error {
		at = append(at, c.handled())
		return nil
	})).Run(t.Context())
	if err != nil || c.handled() != 10 || at[0] != 0 || at[1] > 4 || at[2] > 8 {
		t.Fatal(err, c.handled(), at)
	}
}
