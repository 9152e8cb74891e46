package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
)

// The tests run this program in processes of its own.
func TestMain(m *testing.M) {
	if os.Getenv("WEIR_REMOTE") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A process is a producer or a consumer, and what it printed last.
type process struct {
	*exec.Cmd
	read sync.WaitGroup

	mu                      sync.Mutex
	granted, sent, inFlight int64
	text                    []string
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0], append(args, "-every", "10ms")...)}
	p.Env = append(os.Environ(), "WEIR_REMOTE=1")
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.Stdout, p.Stderr = in, in
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	p.read.Go(func() { p.follow(out) })
	t.Cleanup(func() {
		p.end()
		if t.Failed() {
			t.Log(args, p.text)
		}
	})
	return p
}

func (p *process) follow(out io.ReadCloser) {
	defer out.Close()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		p.mu.Lock()
		_, rest, _ := strings.Cut(lines.Text(), ": ")
		if n, _ := fmt.Sscanf(rest, "granted %d, sent %d, in flight %d", &p.granted, &p.sent, &p.inFlight); n != 3 {
			p.text = append(p.text, lines.Text())
		}
		p.mu.Unlock()
	}
}

// end kills the process, if it still runs, and waits for it.
func (p *process) end() {
	if p.ProcessState == nil {
		p.Process.Kill()
		p.Wait()
	}
	p.read.Wait()
}

// finish waits until it has ended by itself.
func (p *process) finish(t *testing.T) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(30 * time.Second):
		p.Process.Kill()
		t.Fatal("it does not end", <-ended)
	}
}

func (p *process) counts() (granted, sent, inFlight int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.granted, p.sent, p.inFlight
}

// memory is what the process has in memory, in bytes.
func (p *process) memory(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.Process.Pid))
	if err != nil {
		t.Skip("no /proc here: ", err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come to be: ", what)
		}
	}
}

// address is one that nobody listens at.
func address(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// lines checks that the file has the readings from the first one on, each once, and
// returns how many.
func lines(t *testing.T, name string) int {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	all := strings.Split(string(b), "\n")
	for i, line := range all[:len(all)-1] {
		r := read(i + 1)
		if line != fmt.Sprintf("%d %s %.1f", r.Number, r.Sensor, r.Celsius) {
			t.Fatalf("line %d is %q", i+1, line)
		}
	}
	return len(all) - 1
}

func TestAConsumerThatIsStopped(t *testing.T) {
	at, out := address(t), filepath.Join(t.TempDir(), "out")
	producer := start(t, "-serve", at, "-n", "1000000000")
	consumer := start(t, "-connect", at, "-out", out, "-ahead", "1000")
	eventually(t, "10,000 lines", func() bool { return lines(t, out) > 10_000 })
	if err := consumer.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	still, last := 0, int64(-1)
	eventually(t, "the producer stops", func() bool {
		_, sent, _ := producer.counts()
		if still++; sent != last {
			still, last = 0, sent
		}
		return still > 40
	})
	granted, sent, inFlight := producer.counts()
	// What it has credit for, and what the consumer has pulled and not yet written.
	if sent > granted || inFlight > 1000+demand.DefaultWindow || inFlight < 0 {
		t.Errorf("granted %d, sent %d, in flight %d", granted, sent, inFlight)
	}
	before := producer.memory(t)
	time.Sleep(500 * time.Millisecond)
	if _, now, _ := producer.counts(); now != sent {
		t.Errorf("sent %d, then %d", sent, now)
	}
	if grown := producer.memory(t) - before; grown > 2<<20 {
		t.Errorf("the producer grew by %d KiB", grown>>10)
	}
	had := lines(t, out)
	if err := consumer.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it goes on", func() bool { return lines(t, out) > had+10_000 })
}

func TestAConsumerThatIsKilled(t *testing.T) {
	at, out, n := address(t), filepath.Join(t.TempDir(), "out"), 5_000
	producer := start(t, "-serve", at, "-n", fmt.Sprint(n))
	for kills := range 3 {
		consumer := start(t, "-connect", at, "-out", out, "-pause", "20us")
		eventually(t, "some lines", func() bool { return lines(t, out) > 500*(kills+1) })
		consumer.end()
	}
	start(t, "-connect", at, "-out", out).finish(t)
	if got := lines(t, out); got != n {
		t.Fatalf("%d lines, want %d", got, n)
	}
	producer.end()
}

func TestAProducerThatIsKilled(t *testing.T) {
	at, out, n := address(t), filepath.Join(t.TempDir(), "out"), 5_000
	producer := start(t, "-serve", at, "-n", fmt.Sprint(n))
	consumer := start(t, "-connect", at, "-out", out, "-pause", "20us")
	for kills := range 3 {
		eventually(t, "some lines", func() bool { return lines(t, out) > 500*(kills+1) })
		producer.end()
		producer = start(t, "-serve", at, "-n", fmt.Sprint(n))
	}
	consumer.finish(t)
	if got := lines(t, out); got != n {
		t.Fatalf("%d lines, want %d", got, n)
	}
}

func TestAnInterruptEndsBoth(t *testing.T) {
	at := address(t)
	producer := start(t, "-serve", at, "-n", "1000000000")
	consumer := start(t, "-connect", at)
	eventually(t, "some are sent", func() bool { _, sent, _ := consumer.counts(); return sent > 1000 })
	producer.Process.Signal(syscall.SIGTERM)
	producer.finish(t)
}
