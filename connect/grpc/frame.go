package weirgrpc

import (
	"fmt"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

// The kinds of frames, by their field numbers in weir.proto.
const (
	openFrame     = 1
	requestFrame  = 2
	doneFrame     = 3
	cancelFrame   = 4
	elementsFrame = 5
	completeFrame = 6
	errorFrame    = 7
)

var frameNames = [...]string{"", "open", "request", "done", "cancel", "elements", "complete", "error"}

// frameSize is how many bytes of elements are put into one frame before the next
// is begun. A frame holds at least one element, whatever its size.
const frameSize = 32 << 10

// frameSlack is what a frame may have besides its elements.
const frameSlack = 1 << 10

// maxControl bounds the frames of a consumer.
const maxControl = 4 << 10

// A frame is one frame, taken apart.
type frame struct {
	kind  protowire.Number
	n     int64  // after, up to, first, last
	codec string // of open
	body  []byte // of elements and error, as it came
	count int64  // of elements
	most  int    // bytes of the largest one
}

func (f frame) String() string {
	if f.kind > 0 && int(f.kind) < len(frameNames) {
		return frameNames[f.kind]
	}
	return fmt.Sprintf("unknown frame %d", f.kind)
}

// messages is either end of a stream.
type messages interface {
	SendMsg(m any) error
	RecvMsg(m any) error
}

// send sends a frame. To gRPC it is a message of which it knows no field: so the
// codec that every server and client has will do.
func send(s messages, b []byte) error {
	var m emptypb.Empty
	m.ProtoReflect().SetUnknown(b)
	return s.SendMsg(&m)
}

// receive waits for a frame of at most limit bytes. A frame that is refused is an
// error with a status.
func receive(s messages, limit int) (frame, error) {
	var m emptypb.Empty
	if err := s.RecvMsg(&m); err != nil {
		return frame{}, err
	}
	b := m.ProtoReflect().GetUnknown()
	if len(b) > limit {
		return frame{}, status.Errorf(codes.ResourceExhausted, "weir: a frame of %d bytes, the limit is %d", len(b), limit)
	}
	return parse(b)
}

// number appends a frame of one number.
func number(kind protowire.Number, n int64) []byte {
	var in []byte
	if n != 0 {
		in = protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(n))
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, kind, protowire.BytesType), in)
}

func opening(after int64, codec string) []byte {
	in := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(after))
	in = protowire.AppendString(protowire.AppendTag(in, 2, protowire.BytesType), codec)
	return protowire.AppendBytes(protowire.AppendTag(nil, openFrame, protowire.BytesType), in)
}

func failing(s *status.Status) []byte {
	in, err := proto.Marshal(s.Proto())
	if err != nil { // a message that is not UTF-8
		in, _ = proto.Marshal(&spb.Status{Code: int32(s.Code()), Message: fmt.Sprintf("%q", s.Message())})
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, errorFrame, protowire.BytesType), in)
}

// elements wraps payloads, each appended with payload, in a frame.
func elements(first int64, payloads []byte) []byte {
	in := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(first))
	b := make([]byte, 0, len(in)+len(payloads)+12)
	b = protowire.AppendTag(b, elementsFrame, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(in)+len(payloads)))
	return append(append(b, in...), payloads...)
}

// payload appends one element.
func payload(b, data []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, 2, protowire.BytesType), data)
}

func malformed(f frame) error {
	return status.Errorf(codes.InvalidArgument, "weir: malformed %s frame", f)
}

// parse takes a frame apart.
func parse(b []byte) (f frame, err error) {
	kind, wire, n := protowire.ConsumeTag(b)
	if n < 0 {
		return f, status.Error(codes.InvalidArgument, "weir: a frame that is empty or malformed")
	}
	f.kind = kind
	if kind < openFrame || kind > errorFrame {
		return f, status.Errorf(codes.InvalidArgument, "weir: %s", f)
	}
	body, m := protowire.ConsumeBytes(b[n:])
	if wire != protowire.BytesType || m < 0 || n+m != len(b) {
		return f, malformed(f)
	}
	f.body = body
	if kind == errorFrame {
		return f, nil
	}
	for b := body; len(b) > 0; {
		field, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return f, malformed(f)
		}
		m := protowire.ConsumeFieldValue(field, wire, b[n:])
		if m < 0 {
			return f, malformed(f)
		}
		switch {
		case field == 1 && wire == protowire.VarintType:
			v, _ := protowire.ConsumeVarint(b[n:])
			f.n = int64(v)
		case field == 2 && wire == protowire.BytesType && kind == openFrame:
			f.codec, _ = protowire.ConsumeString(b[n:])
		case field == 2 && wire == protowire.BytesType && kind == elementsFrame:
			data, _ := protowire.ConsumeBytes(b[n:])
			f.count, f.most = f.count+1, max(f.most, len(data))
		}
		b = b[n+m:]
	}
	return f, nil
}

// next takes the first payload off the body of an elements frame that has one.
func next(body []byte) (data, rest []byte) {
	for len(body) > 0 {
		field, wire, n := protowire.ConsumeTag(body)
		m := protowire.ConsumeFieldValue(field, wire, body[n:])
		if field == 2 && wire == protowire.BytesType {
			data, _ = protowire.ConsumeBytes(body[n:])
			return data, body[n+m:]
		}
		body = body[n+m:]
	}
	return nil, nil
}

// failure is the status in an error frame.
func (f frame) failure() *status.Status {
	var s spb.Status
	if err := proto.Unmarshal(f.body, &s); err != nil || s.Code == int32(codes.OK) {
		return status.New(codes.Internal, "weir: an error frame without an error")
	}
	return status.FromProto(&s)
}
