package weirgrpc

import (
	"bytes"
	"encoding/gob"
	"encoding/json"

	"google.golang.org/protobuf/proto"
)

// A Codec turns elements into bytes and back. One is used by many goroutines at
// once.
type Codec[T any] interface {
	// Name is what both sides must agree on: what it is made of, not who made it.
	Name() string
	// Append appends the bytes of v to b.
	Append(b []byte, v T) ([]byte, error)
	// Decode makes an element of its bytes, which it may keep.
	Decode(data []byte) (T, error)
}

// NewCodec returns a codec of its two functions.
func NewCodec[T any](name string, appendTo func(b []byte, v T) ([]byte, error), decode func(data []byte) (T, error)) Codec[T] {
	return codec[T]{name, appendTo, decode}
}

type codec[T any] struct {
	name     string
	appendTo func([]byte, T) ([]byte, error)
	decode   func([]byte) (T, error)
}

func (c codec[T]) Name() string                         { return c.name }
func (c codec[T]) Append(b []byte, v T) ([]byte, error) { return c.appendTo(b, v) }
func (c codec[T]) Decode(data []byte) (T, error)        { return c.decode(data) }

// JSON is encoding/json.
func JSON[T any]() Codec[T] {
	return NewCodec("json", func(b []byte, v T) ([]byte, error) {
		data, err := json.Marshal(v)
		return append(b, data...), err
	}, func(data []byte) (v T, err error) {
		err = json.Unmarshal(data, &v)
		return v, err
	})
}

// Gob is encoding/gob. Each element is a gob of its own, with the description of
// its type, so that a stream can go on at any of them: for small elements that is
// most of what is sent.
func Gob[T any]() Codec[T] {
	return NewCodec("gob", func(b []byte, v T) ([]byte, error) {
		buf := bytes.NewBuffer(b)
		err := gob.NewEncoder(buf).Encode(&v)
		return buf.Bytes(), err
	}, func(data []byte) (v T, err error) {
		err = gob.NewDecoder(bytes.NewReader(data)).Decode(&v)
		return v, err
	})
}

// Proto is protobuf, for pointers to generated messages: Proto[pb.Trip]() is a
// codec of *pb.Trip. The full name of the message is part of the codec's.
func Proto[M any, P interface {
	*M
	proto.Message
}]() Codec[P] {
	name := P(new(M)).ProtoReflect().Descriptor().FullName()
	return NewCodec("proto:"+string(name), func(b []byte, v P) ([]byte, error) {
		return proto.MarshalOptions{}.MarshalAppend(b, v)
	}, func(data []byte) (P, error) {
		v := P(new(M))
		return v, proto.Unmarshal(data, v)
	})
}

// Bytes is for elements that are bytes already.
func Bytes() Codec[[]byte] {
	return NewCodec("bytes", func(b, v []byte) ([]byte, error) {
		return append(b, v...), nil
	}, func(data []byte) ([]byte, error) {
		return data, nil
	})
}
