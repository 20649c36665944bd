package lsp

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/lsp/protocol"
)

// pause is how long a folder has to be left alone before it is checked, when
// its text changes: about the time between two words.
const pause = 150 * time.Millisecond

// A folder is one in which documents are open.
type folder struct {
	edition int         // counts what may have changed findings
	checked int         // the edition that was checked last
	due     time.Time   // when to check the edition
	cancel  func(error) // of the check that runs, nil if there is none
	done    chan struct{}
	told    map[string][]told // by file, of the edition that was checked
	trouble string            // why it was not, "" if it was
}

// touch makes a folder due.
func (s *server) touch(dir string, after time.Duration) {
	f := s.folders[dir]
	if f == nil {
		f = &folder{done: make(chan struct{})}
		s.folders[dir] = f
	}
	f.edition++
	f.due = time.Now().Add(after)
	if f.cancel != nil {
		f.cancel(driver.ErrOutdated)
	}
	select {
	case s.wake <- struct{}{}:
	default: // it will look at all folders
	}
}

// touchAll makes all folders due: what one of them imports may have changed.
func (s *server) touchAll(after time.Duration) {
	for dir := range s.folders {
		s.touch(dir, after)
	}
}

// work checks folders that are due, until ctx is cancelled.
func (s *server) work(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		dir, wait := s.next()
		if dir != "" && wait <= 0 {
			s.check(ctx, dir)
			continue
		}
		if dir != "" {
			timer.Reset(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-timer.C:
		}
	}
}

// next returns the folder that is due first and in how much time, "" if none is.
func (s *server) next() (dir string, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, f := range s.folders {
		if f.edition == f.checked {
			continue
		}
		if first := s.folders[dir]; dir == "" || f.due.Before(first.due) || f.due.Equal(first.due) && name < dir {
			dir = name
		}
	}
	if dir == "" {
		return "", 0
	}
	return dir, time.Until(s.folders[dir].due)
}

// check checks a folder and tells what changed.
func (s *server) check(ctx context.Context, dir string) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	s.mu.Lock()
	f := s.folders[dir]
	if f == nil {
		s.mu.Unlock()
		return
	}
	edition := f.edition
	snap := s.snapshot()
	f.cancel = cancel
	s.mu.Unlock()

	result, err := s.checker.Check(ctx, dir, snap.buffers())

	s.mu.Lock()
	defer s.mu.Unlock()
	f.cancel = nil
	if s.folders[dir] != f || f.edition != edition {
		return
	}
	s.complain(f, result, err)
	findings := make(map[string][]told)
	if err == nil {
		for _, x := range slices.Concat(result.Findings, result.Latent, result.Sites()) {
			file := x.Pos.Filename
			findings[file] = append(findings[file], told{x, snap.diagnostic(x, s.client.TextDocument.PublishDiagnostics.RelatedInformation)})
		}
	}
	s.tell(f, findings, snap)
	f.checked = edition
	close(f.done)
	f.done = make(chan struct{})
}

// tell publishes the diagnostics of files for which they are not those that
// were told before.
func (s *server) tell(f *folder, findings map[string][]told, snap *snapshot) {
	files := maps.Clone(f.told)
	if files == nil {
		files = make(map[string][]told)
	}
	maps.Copy(files, findings)
	before := f.told
	f.told = findings
	for _, file := range slices.Sorted(maps.Keys(files)) {
		diagnostics := diagnosticsOf(findings[file])
		if reflect.DeepEqual(diagnostics, diagnosticsOf(before[file])) {
			continue
		}
		s.notify("textDocument/publishDiagnostics", protocol.PublishDiagnosticsParams{
			URI: snap.uri(file), Version: snap.version(file), Diagnostics: diagnostics,
		})
	}
}

func diagnosticsOf(list []told) []protocol.Diagnostic {
	diagnostics := make([]protocol.Diagnostic, 0, len(list)) // null is no list
	for _, t := range list {
		diagnostics = append(diagnostics, t.diagnostic)
	}
	return diagnostics
}

// complain says why nothing can be found, once for all folders that have the
// same trouble: what is wrong with settings to the person, all else to the log,
// since gopls tells of it. Code that does not compile is neither.
func (s *server) complain(f *folder, result *driver.Result, err error) {
	before := f.trouble
	f.trouble = ""
	if err != nil {
		f.trouble = err.Error()
	} else if i := slices.IndexFunc(result.Problems, driver.Problem.IsBug); i >= 0 {
		f.trouble = result.Problems[i].Text
	}
	if f.trouble == "" || f.trouble == before {
		return
	}
	for _, other := range s.folders {
		if other != f && other.trouble == f.trouble {
			return
		}
	}
	method, kind := "window/logMessage", protocol.MessageWarning
	if errors.As(err, new(driver.SettingsError)) {
		method, kind = "window/showMessage", protocol.MessageError
	}
	s.notify(method, protocol.MessageParams{Type: kind, Message: "memlint: " + report.OneLine(f.trouble)})
}

// leave forgets a folder in which nothing is open any more.
func (s *server) leave(dir string) {
	for file := range s.documents {
		if filepath.Dir(file) == dir {
			s.touch(dir, 0)
			return
		}
	}
	f := s.folders[dir]
	if f == nil {
		return
	}
	if f.cancel != nil {
		f.cancel(driver.ErrOutdated)
	}
	s.tell(f, nil, s.snapshot())
	delete(s.folders, dir)
	close(f.done)
	go s.checker.Forget(dir) // waits for a check that runs
}

// await waits until what is told of a folder is of what was there when it was
// called, or more recent. The error is that of ctx.
func (s *server) await(ctx context.Context, dir string) error {
	s.mu.Lock()
	f := s.folders[dir]
	if f == nil {
		s.mu.Unlock()
		return nil
	}
	edition := f.edition
	s.mu.Unlock()
	for {
		s.mu.Lock()
		current, done := f.checked >= edition || s.folders[dir] != f, f.done
		s.mu.Unlock()
		if current {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-done:
		}
	}
}
