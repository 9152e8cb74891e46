package weirgrpc_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log"
	"math/big"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

type Reading struct {
	Sensor  string
	Celsius float64
}

// readings can begin behind any of them.
func readings(_ context.Context, at weirgrpc.Resume) (flow.Flow[Reading], error) {
	numbers := flow.From(source.Range(int(at.After)+1, 4))
	return flow.Via(numbers, operators.Map(func(n int) Reading {
		return Reading{fmt.Sprint("sensor-", n), 20 + float64(n)/2}
	})), nil
}

// start serves until the function that it returns is called.
func start(srv *grpc.Server) (addr string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() { _ = srv.Serve(l) })
	return l.Addr().String(), func() { srv.Stop(); served.Wait() }
}

func Example() {
	srv := grpc.NewServer()
	if err := weirgrpc.Serve(srv, "weather.Readings", readings, weirgrpc.JSON[Reading]()); err != nil {
		log.Fatal(err)
	}
	addr, stop := start(srv)
	defer stop()

	// In another process:
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	remote := flow.From(weirgrpc.Source(conn, "weather.Readings", weirgrpc.JSON[Reading](),
		weirgrpc.Reconnect(weirgrpc.Retries{First: 100 * time.Millisecond, Most: 10 * time.Second})))
	for r, err := range flow.All(context.Background(), remote) {
		fmt.Println(r, err)
	}
	// Output:
	// {sensor-1 20.5} <nil>
	// {sensor-2 21} <nil>
	// {sensor-3 21.5} <nil>
}

// token is what a consumer shows.
type token string

func (t token) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(t)}, nil
}

func (t token) RequireTransportSecurity() bool { return true }

// authorize lets only those in who know the secret.
func authorize(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	md, _ := metadata.FromIncomingContext(s.Context())
	if auth := md.Get("authorization"); len(auth) != 1 || auth[0] != "Bearer secret" {
		return status.Errorf(codes.Unauthenticated, "%s is not for everybody", info.FullMethod)
	}
	return handler(srv, s)
}

// TLS, and an interceptor that asks for a token, as for any service.
func ExampleSource_secured() {
	cert, roots := certificate()
	srv := grpc.NewServer(grpc.Creds(credentials.NewServerTLSFromCert(&cert)), grpc.StreamInterceptor(authorize))
	if err := weirgrpc.Serve(srv, "weather.Readings", readings, weirgrpc.JSON[Reading]()); err != nil {
		log.Fatal(err)
	}
	addr, stop := start(srv)
	defer stop()

	for _, secret := range []token{"guess", "secret"} {
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(roots, "")),
			grpc.WithPerRPCCredentials(secret))
		if err != nil {
			log.Fatal(err)
		}
		got, err := flow.Collect(context.Background(), flow.From(weirgrpc.Source(conn, "weather.Readings", weirgrpc.JSON[Reading]())))
		fmt.Println(len(got), status.Code(err))
		conn.Close()
	}
	// Output:
	// 0 Unauthenticated
	// 3 OK
}

// certificate makes a certificate for 127.0.0.1 that signs itself.
func certificate() (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "weather"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		log.Fatal(err)
	}
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots
}
