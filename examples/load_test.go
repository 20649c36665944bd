package examples_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// rounds of load come between profiles, so that there is one profile more.
const rounds = 4

// TestLoad runs both examples under the same load: what one keeps grows with each round,
// and the other keeps nothing.
func TestLoad(t *testing.T) {
	for _, module := range []string{"leaky", "fixed"} {
		t.Run(module, func(t *testing.T) {
			var bytes, goroutines []int // after each round
			dir := measure(t, module, func(c *chat) {
				bytes = append(bytes, c.number("heap?gc=1&debug=1", `^heap profile: \d+: (\d+) `))
				goroutines = append(goroutines, c.number("goroutine?debug=1", `^goroutine profile: total (\d+)\n`))
			})
			// The first round also makes what every server keeps, such as pools.
			for i := 2; i <= rounds; i++ {
				more, moreGoroutines := bytes[i]-bytes[i-1], goroutines[i]-goroutines[i-1]
				switch {
				case module == "leaky" && (more < uploads*size || moreGoroutines < readers):
					t.Errorf("round %d adds %d bytes and %d goroutines, less than %d uploads of %d bytes and %d readers", i, more, moreGoroutines, uploads, size, readers)
				case module == "fixed" && (more > size || moreGoroutines > readers/2):
					t.Errorf("round %d adds %d bytes and %d goroutines, where nothing should stay", i, more, moreGoroutines)
				}
			}
			if left := goroutines[rounds] - goroutines[0] - rounds*readers; module == "leaky" && left < posts/10 {
				t.Errorf("of %d posts of clients that went away, %d goroutines stay", rounds*posts, left)
			}
			if *keep != "" {
				if err := os.CopyFS(filepath.Join(*keep, module), os.DirFS(dir)); err != nil {
					t.Error(err)
				}
			}
			joined(t, module, dir)
		})
	}
}

// joined checks what memlint makes of the profiles of an example: each leak of one has
// evidence, and nothing of the other grows.
func joined(t *testing.T, module, profiles string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(build(t), "-C", module, "-json", "-profile", profiles, "./...")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &errs)
	}
	var packages map[string]map[string][]struct {
		Posn, Message string
		Evidence      *struct {
			Bytes, Objects, Goroutines int
			Trend                      struct{ Verdict string }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &packages); err != nil {
		t.Fatal(err)
	}
	findings, growing := 0, 0
	for _, analyzers := range packages {
		for analyzer, list := range analyzers {
			for _, f := range list {
				grows := f.Evidence != nil && strings.HasPrefix(f.Evidence.Trend.Verdict, "grows")
				switch {
				case analyzer == "profile":
					// It remembers a client for ten minutes, and the load does not last that long.
					// What waits for its finalizer is more each time now and then, but less than
					// comes in a round.
					chance := f.Evidence != nil && f.Evidence.Objects < downloads && f.Evidence.Goroutines < downloads
					if module == "fixed" && grows && !chance && !strings.Contains(f.Posn, "metrics.go") {
						t.Errorf("%s: %s", f.Posn, f.Message)
					}
					continue
				case f.Evidence == nil:
					t.Errorf("%s: %s: without evidence", f.Posn, f.Message)
				case f.Evidence.Bytes == 0 && f.Evidence.Goroutines == 0 && f.Evidence.Trend.Verdict == "":
					// A pool may be empty after a collection, but not after each.
					t.Errorf("%s: %s: evidence of nothing", f.Posn, f.Message)
				case grows:
					growing++
				}
				findings++
			}
		}
	}
	// Of some leaks there is so little that it may be chance: a buffer, a file now and then.
	if want := len(comments(t, module)); findings != want || growing < want*2/3 {
		t.Errorf("of %d findings %d grow, want %d and two thirds of them\n%s", findings, growing, want, &out)
	}
	// Of a heap that is as good as empty, clients that are remembered are enough to make it grow.
	if heap := regexp.MustCompile(`the live heap of .* profiles: (grows)?`).FindStringSubmatch(errs.String()); heap == nil || heap[1] == "" && module == "leaky" {
		t.Errorf("of the heap it is told\n%s", &errs)
	}
}

var keep = flag.String("keep", "", "folder that gets the profiles of the examples under load")

// TestProfiles checks that the examples write profiles by themselves.
func TestProfiles(t *testing.T) {
	for _, module := range []string{"leaky", "fixed"} {
		t.Run(module, func(t *testing.T) {
			dir := t.TempDir()
			start(t, module, "-profiles="+dir, "-every=100ms")
			for range 300 {
				heaps, _ := filepath.Glob(filepath.Join(dir, "heap-*Z.pb.gz"))
				goroutines, _ := filepath.Glob(filepath.Join(dir, "goroutine-*Z.pb.gz"))
				if len(heaps) >= 2 && len(goroutines) >= 2 {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Error("no profiles come")
		})
	}
}

// measure runs an example under load, and returns a folder with a heap profile and a
// profile of goroutines from before, between and after the rounds. After each pair, it
// calls also, if that is not nil.
func measure(t *testing.T, module string, also func(c *chat)) (dir string) {
	t.Helper()
	c := start(t, module)
	dir = t.TempDir()
	for round := range rounds + 1 {
		if round == 0 {
			c.readers(5*readers, round)
		} else {
			c.load(round)
		}
		// A heap profile is of the last collection, and gc=1 makes one.
		for kind, query := range map[string]string{"heap": "heap?gc=1", "goroutine": "goroutine"} {
			name := filepath.Join(dir, fmt.Sprintf("%s-%d.pb.gz", kind, round))
			if err := os.WriteFile(name, c.get(c.profiles+query), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if also != nil {
			also(c)
		}
	}
	return dir
}

// A chat is an example that runs.
type chat struct {
	*testing.T
	url      string
	profiles string // what the address of each profile begins with
	client   *http.Client
}

// start builds an example and runs it until the test ends.
func start(t *testing.T, module string, args ...string) *chat {
	t.Helper()
	visit(t)
	program := filepath.Join(t.TempDir(), module+".exe") // elsewhere than Windows any name will do
	if out, err := exec.Command("go", "-C", module, "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	cmd := exec.CommandContext(ctx, program, append([]string{"-addr=localhost:0", "-debug=localhost:0", "-dir=" + t.TempDir()}, args...)...)
	// What leaks in seconds is little, and would mostly fall between samples of 512 KiB.
	cmd.Env = append(cmd.Environ(), "GODEBUG=memprofilerate=512")
	cmd.Cancel = func() error {
		if runtime.GOOS == "windows" {
			return cmd.Process.Kill()
		}
		return cmd.Process.Signal(os.Interrupt)
	}
	cmd.WaitDelay = 10 * time.Second
	out, in := io.Pipe()
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = in, &stderr
	if err := cmd.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	ended := make(chan bool)
	go func() {
		_ = cmd.Wait() // ends by stop at the latest; how is in the state
		in.Close()
		close(ended)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		if cmd.ProcessState.ExitCode() != 0 && runtime.GOOS != "windows" {
			t.Errorf("%s ends with %v", module, cmd.ProcessState)
		}
		if t.Failed() {
			t.Logf("%s prints\n%s", module, &stderr)
		}
	})
	c := &chat{T: t, client: &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{DisableKeepAlives: true}, // each request is a client of its own
	}}
	if _, err := fmt.Fscanf(out, "chat on %s profiles on %s\n", &c.url, &c.profiles); err != nil {
		t.Fatalf("%s does not say where it listens: %v", module, err)
	}
	c.url = strings.TrimSuffix(c.url, ",")
	return c
}

// What comes in a round.
const (
	readers   = 300 // come into a room and leave; before the first profile, five times as many
	posts     = 300 // whose clients do not wait
	uploads   = 4   // files that stay
	size      = 1 << 20
	drafts    = 300 // files that are removed again
	downloads = 200
	empty     = 20 // downloads of a file with nothing in it
)

// load is a round of what users do, in which each leak leaks.
func (c *chat) load(round int) {
	c.Helper()
	c.readers(readers, round)
	each(posts, func(int) { c.abandon() })
	for i := range uploads {
		text := make([]byte, size)
		rand.Read(text)
		copy(text, fmt.Sprintf("title %d of round %d\n", i, round))
		c.upload(text)
	}
	each(drafts, func(i int) {
		c.send(http.MethodDelete, c.url+"/files/"+c.upload(fmt.Appendf(nil, "draft %d of round %d\n", i, round)), nil)
	})
	notes := c.url + "/files/" + c.upload([]byte("notes\nbuy milk")) + "/gzip"
	each(downloads, func(int) { c.get(notes) })
	nothing := c.url + "/files/" + c.upload(nil) + "/gzip"
	each(empty, func(int) { c.get(nothing) })
	c.get(c.url + "/audit")
	c.get(c.url + "/metrics")
}

// each calls f with all numbers below n, some at the same time.
func each(n int, f func(i int)) {
	var all sync.WaitGroup
	some := make(chan bool, 64)
	for i := range n {
		some <- true
		all.Go(func() {
			f(i)
			<-some
		})
	}
	all.Wait()
}

// readers come into a room and leave. The more of them the server still serves, the
// longer a post takes, and the more clients can go away meanwhile.
func (c *chat) readers(n, round int) {
	each(n, func(i int) {
		resp, err := c.client.Get(fmt.Sprintf("%s/rooms/go?user=reader-%d-%d", c.url, round, i))
		if err != nil {
			c.Error(err)
			return
		}
		resp.Body.Close()
	})
}

// abandon posts something and goes away at once. The server notices that before it reads
// a body, so there is none.
func (c *chat) abandon() {
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		c.Error(err)
		return
	}
	if _, err := io.WriteString(conn, "POST /rooms/go?user=poster&text=bye HTTP/1.1\r\nHost: chat\r\n\r\n"); err != nil {
		c.Error(err)
	}
	conn.Close()
}

func (c *chat) upload(text []byte) (id string) {
	return strings.TrimSpace(string(c.send(http.MethodPost, c.url+"/files/some.txt", bytes.NewReader(text))))
}

func (c *chat) get(url string) []byte { return c.send(http.MethodGet, url, nil) }

// send returns the body of the response, or fails the test and returns nothing.
func (c *chat) send(method, url string, body io.Reader) []byte {
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		c.Error(err)
		return nil
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.Error(err)
		return nil
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		c.Errorf("%s %s: %s: %s %v", method, url, resp.Status, data, err)
	}
	return data
}

// number returns what a pattern finds in a profile as text.
func (c *chat) number(query, pattern string) int {
	c.Helper()
	m := regexp.MustCompile(pattern).FindSubmatch(c.get(c.profiles + query))
	if m == nil {
		c.Fatalf("the profile %s has no %s", query, pattern)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		c.Fatal(err)
	}
	return n
}
