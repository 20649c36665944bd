package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/gopls/internal/protocol"
	"golang.org/x/tools/gopls/internal/test/integration/fake"
	"golang.org/x/tools/gopls/internal/util/fakenet"
	"golang.org/x/tools/internal/jsonrpc2"

	"github.com/memlint/memlint"
)

// A session is an editor that runs gopls.
type session struct {
	*fake.Editor
	t     testing.TB
	ctx   context.Context
	gopls *exec.Cmd

	mu      sync.Mutex
	pushed  map[protocol.DocumentURI][]protocol.Diagnostic
	changed chan bool // has room for one: something was pushed
}

// patience is how long a test waits for gopls, which is slow at first.
const patience = 5 * time.Minute

// start starts a session in a folder.
func start(t testing.TB, gopls *exec.Cmd, folder *fake.Sandbox, config fake.EditorConfig) *session {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	s := &session{
		t:       t,
		ctx:     ctx,
		gopls:   gopls,
		pushed:  make(map[protocol.DocumentURI][]protocol.Diagnostic),
		changed: make(chan bool, 1),
	}
	// gopls pushes diagnostics, and with this setting also lets editors pull them.
	settings := map[string]any{"pullDiagnostics": true}
	maps.Copy(settings, config.Settings)
	config.Settings = settings
	editor, err := fake.NewEditor(folder, config).Connect(ctx, s, fake.ClientHooks{OnDiagnostics: s.push})
	if err != nil {
		t.Fatal(err)
	}
	s.Editor = editor
	return s
}

// Connect starts gopls, to talk to it by its standard input and output.
func (s *session) Connect(context.Context) jsonrpc2.Conn {
	in, err := s.gopls.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := s.gopls.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.gopls.Start(); err != nil {
		s.t.Fatal(err)
	}
	return jsonrpc2.NewConn(jsonrpc2.NewHeaderStream(fakenet.NewConn("stdio", out, in)))
}

// end asks gopls to end, and waits until it did.
func (s *session) end() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// It may be gone before the message that tells it to go has been written whole.
	if err := s.Close(ctx); err != nil && !errors.Is(err, io.EOF) {
		s.t.Errorf("end of the session: %v", err)
		s.gopls.Process.Kill()
	}
	if err := s.gopls.Wait(); err != nil {
		s.t.Errorf("gopls: %v", err)
	}
}

func (s *session) push(_ context.Context, p *protocol.PublishDiagnosticsParams) error {
	s.mu.Lock()
	s.pushed[p.URI] = p.Diagnostics
	s.mu.Unlock()
	select {
	case s.changed <- true:
	default:
	}
	return nil
}

// open opens a file of the module.
func (s *session) open(file string) {
	s.t.Helper()
	if err := s.OpenFile(s.ctx, file); err != nil {
		s.t.Fatal(err)
	}
}

// edit replaces text in an open file, and does not save it.
func (s *session) edit(file, old, new string) {
	s.t.Helper()
	text := s.text(file)
	if strings.Count(text, old) != 1 {
		s.t.Fatalf("%s has %q %d times", file, old, strings.Count(text, old))
	}
	if err := s.SetBufferContent(s.ctx, file, strings.Replace(text, old, new, 1)); err != nil {
		s.t.Fatal(err)
	}
}

// text returns an open file as the editor has it.
func (s *session) text(file string) string {
	s.t.Helper()
	text, ok := s.BufferText(file)
	if !ok {
		s.t.Fatalf("%s is not open", file)
	}
	return text
}

// expect checks what gopls finds in an open file: what it answers when it is
// asked, and what it tells by itself, for which there may be a delay. It returns
// the former.
func (s *session) expect(file string, want ...string) []protocol.Diagnostic {
	s.t.Helper()
	pulled, err := s.Diagnostics(s.ctx, file)
	if err != nil {
		s.t.Fatal(err)
	}
	if got := findings(pulled); !slices.Equal(got, want) {
		s.t.Fatalf("%s: gopls answers %q, want %q", file, got, want)
	}
	for {
		s.mu.Lock()
		got := findings(s.pushed[s.DocumentURI(file)])
		s.mu.Unlock()
		if slices.Equal(got, want) {
			return pulled
		}
		select {
		case <-s.changed:
		case <-s.ctx.Done():
			s.t.Fatalf("%s: gopls told %q, want %q", file, got, want)
		}
	}
}

// findings returns the diagnostics that are memlint's, and errors of compilation.
func findings(diagnostics []protocol.Diagnostic) []string {
	var list []string
	for _, d := range diagnostics {
		ours := slices.ContainsFunc(memlint.Analyzers(), func(a *analysis.Analyzer) bool { return a.Name == d.Source })
		if ours || d.Severity == protocol.SeverityError {
			list = append(list, fmt.Sprintf("%d: %s/%s", d.Range.Start.Line+1, d.Source, d.Code))
		}
	}
	slices.Sort(list)
	return list
}

const (
	serverFile  = "internal/server/server.go"
	sessionFile = "session/session.go"
	busFile     = "internal/bus/bus.go"
)

// leaky starts a session in examples/leaky, with settings of gopls.
func leaky(t *testing.T, b *build, settings map[string]any) *session {
	t.Helper()
	folder, err := fake.NewSandbox(&fake.SandboxConfig{RootDir: t.TempDir(), Files: files(t, "examples/leaky")})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, exec.Command(b.program(t)), folder, fake.EditorConfig{Settings: settings})
	t.Cleanup(s.end)
	return s
}

// TestFinding checks all that an editor shows of a finding.
func TestFinding(t *testing.T) {
	each(t, func(t *testing.T, b *build) {
		s := leaky(t, b, nil)
		s.open(serverFile)
		diagnostics := s.expect(serverFile, "101: goroutineleak/blocked-send", "57: globalgrowth/container-only-grows", "71: listenerleak/signal-not-stopped")
		i := slices.IndexFunc(diagnostics, func(d protocol.Diagnostic) bool { return d.Code == "signal-not-stopped" })
		d := diagnostics[i]
		if want := "channel given to signal.Notify is not stopped on every path (listenerleak/signal-not-stopped)"; d.Message != want {
			t.Errorf("message %q, want %q", d.Message, want)
		}
		if d.Severity != protocol.SeverityWarning {
			t.Errorf("severity %v, want a warning", d.Severity)
		}
		if want := "https://github.com/memlint/memlint/blob/main/docs/listenerleak.md#signal-not-stopped"; d.CodeDescription == nil || d.CodeDescription.Href != want {
			t.Errorf("link %v, want %s", d.CodeDescription, want)
		}
		if r := d.RelatedInformation; len(r) != 2 || r[0].Message != "returns without calling signal.Stop" || r[0].Location.Range.Start.Line+1 != 79 || r[1].Message != "each request gets here" {
			t.Errorf("other places %v, want the return in line 79 and the handler", r)
		}
	})
}

// TestFix applies a quick fix, and sees the finding go.
func TestFix(t *testing.T) {
	each(t, func(t *testing.T, b *build) {
		s := leaky(t, b, nil)
		s.open(serverFile)
		diagnostics := s.expect(serverFile, "101: goroutineleak/blocked-send", "57: globalgrowth/container-only-grows", "71: listenerleak/signal-not-stopped")
		notify, err := s.RegexpSearch(serverFile, `signal\.Notify\(end, os\.Interrupt\)`)
		if err != nil {
			t.Fatal(err)
		}
		diagnostics = slices.DeleteFunc(diagnostics, func(d protocol.Diagnostic) bool { return d.Code != "signal-not-stopped" })
		actions, err := s.GetQuickFixes(s.ctx, notify, diagnostics)
		if err != nil {
			t.Fatal(err)
		}
		if len(actions) != 1 || actions[0].Title != "Defer Stop after Notify" || actions[0].Kind != protocol.QuickFix {
			t.Fatalf("quick fixes %v", actions)
		}
		if err := s.ApplyCodeAction(s.ctx, actions[0]); err != nil {
			t.Fatal(err)
		}
		if want := "\tsignal.Notify(end, os.Interrupt)\n\tdefer signal.Stop(end)\n\n"; !strings.Contains(s.text(serverFile), want) {
			t.Errorf("the fix does not write\n%s", want)
		}
		s.expect(serverFile, "102: goroutineleak/blocked-send", "57: globalgrowth/container-only-grows")
	})
}

// TestEdit edits files without saving them: findings come and go, also with
// edits of another package, and none are told of what does not compile.
func TestEdit(t *testing.T) {
	each(t, func(t *testing.T, b *build) {
		s := leaky(t, b, nil)
		s.open(sessionFile)
		s.open(busFile)
		const ticker, handle, watch, rearms = "34: timerleak/ticker-goroutine", "38: listenerleak/handle-discarded", "40: listenerleak/no-way-out", "81: timerleak/afterfunc-rearms"
		s.expect(sessionFile, ticker, handle, watch, rearms)
		s.expect(busFile)

		const dropped, called = "b.Subscribe(room, s.deliver)", "defer b.Subscribe(room, s.deliver)()"
		s.edit(sessionFile, dropped, called)
		s.expect(sessionFile, ticker, watch, rearms)
		s.edit(sessionFile, called, dropped)
		s.expect(sessionFile, ticker, handle, watch, rearms)

		const kept, delivered = "b.rooms[room][id] = deliver", "deliver(Message{Room: room})"
		s.edit(busFile, kept, delivered)
		s.expect(sessionFile, ticker, watch, rearms)
		const broken = "deliver(room)"
		s.edit(busFile, delivered, broken)
		s.expect(busFile, "33: compiler/IncompatibleAssign")
		s.expect(sessionFile)
		s.edit(busFile, broken, kept)
		s.expect(sessionFile, ticker, handle, watch, rearms)
	})
}

// TestAnalyses switches an analyzer off, as all analyzers of gopls are.
func TestAnalyses(t *testing.T) {
	each(t, func(t *testing.T, b *build) {
		s := leaky(t, b, map[string]any{"analyses": map[string]bool{"timerleak": false}})
		s.open(sessionFile)
		s.expect(sessionFile, "38: listenerleak/handle-discarded", "40: listenerleak/no-way-out")
	})
}

// TestLatent asks for latent leaks, which gopls tells of as information.
func TestLatent(t *testing.T) {
	const file, rule = "m.go", "map-only-grows"
	module := map[string][]byte{"go.mod": []byte("module example.com/m\n\ngo 1.26\n"), file: []byte(`package m

var hooks = make(map[string]func())

func Register(name string, hook func()) { hooks[name] = hook }

func Run(name string) { hooks[name]() }
`)}
	each(t, func(t *testing.T, b *build) {
		for _, asked := range []bool{false, true} {
			folder, err := fake.NewSandbox(&fake.SandboxConfig{RootDir: t.TempDir(), Files: module})
			if err != nil {
				t.Fatal(err)
			}
			s := start(t, exec.Command(b.program(t)), folder, fake.EditorConfig{
				Settings: map[string]any{"analyses": map[string]bool{"memlintlatent": asked}},
			})
			t.Cleanup(s.end)
			s.open(file)
			s.expect(file) // no finding
			diagnostics, err := s.Diagnostics(s.ctx, file)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(diagnostics, func(d protocol.Diagnostic) bool { return d.Code == rule })
			if i < 0 && !asked {
				continue
			}
			if i < 0 || !asked {
				t.Fatalf("with memlintlatent %t, gopls says %v", asked, diagnostics)
			}
			d := diagnostics[i]
			if d.Severity != protocol.SeverityInformation || d.Source != "memlintlatent" || !strings.HasSuffix(d.Message, " (globalgrowth/"+rule+", latent)") {
				t.Errorf("gopls says %+v", d)
			}
			if want := "/docs/globalgrowth.md#" + rule; d.CodeDescription == nil || !strings.HasSuffix(d.CodeDescription.Href, want) {
				t.Errorf("link %v, want one to %s", d.CodeDescription, want)
			}
		}
	})
}
