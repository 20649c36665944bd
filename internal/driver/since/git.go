package since

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// maxText is how much is kept of what git says where a word or a line is expected.
const maxText = 1 << 16

// quiet are settings under which git writes nothing, and starts no program that a
// repository names: no pager, no monitor of files, no hook that is told of a new index.
var quiet = []string{"--no-pager", "-c", "core.fsmonitor=false", "-c", "diff.autoRefreshIndex=false"}

// foreign are variables by which hooks of git tell which repository they are of. The
// folder tells that here: without it, GIT_DIR makes any folder the root of the work
// tree. GIT_DIFF_OPTS adds lines around changes.
var foreign = []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_DIFF_OPTS"}

// A git runs the git command in a folder.
type git struct {
	dir      string
	settings []string // flags in front of the subcommand
}

// run runs git and has read read what it prints. The error is one line: that of read, or
// what git said first.
func (g git) run(ctx context.Context, read func(io.Reader) error, args ...string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", slices.Concat(quiet, g.settings, args)...)
	cmd.Dir = g.dir
	cmd.WaitDelay = time.Second // for what git has started itself
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(foreign, name)
	})
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	var stderr head
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return errors.New("there is no git in PATH")
		}
		return err
	}
	unread := read(out)
	if unread != nil {
		cancel() // it need not go on
	}
	err = cmd.Wait()
	if unread != nil {
		return unread
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		line, _, _ := strings.Cut(strings.TrimSpace(string(stderr)), "\n")
		if line = strings.TrimPrefix(line, "fatal: "); line != "" {
			return fmt.Errorf("git: %s", line)
		}
		return fmt.Errorf("git %s: %w", args[0], exit)
	}
	return err
}

// text returns what git prints, without the newline at its end.
func (g git) text(ctx context.Context, args ...string) (string, error) {
	var text []byte
	err := g.run(ctx, func(r io.Reader) (err error) {
		text, err = io.ReadAll(io.LimitReader(r, maxText+1))
		if len(text) > maxText {
			return fmt.Errorf("git %s prints too much", args[0])
		}
		return err
	}, args...)
	return strings.TrimSuffix(string(text), "\n"), err
}

// names calls yield for each of the names that git prints with -z.
func (g git) names(ctx context.Context, yield func(string) error, args ...string) error {
	return g.run(ctx, func(r io.Reader) error {
		s := bufio.NewScanner(r) // names are shorter than what it can take
		s.Split(func(data []byte, _ bool) (int, []byte, error) {
			if i := bytes.IndexByte(data, 0); i >= 0 {
				return i + 1, data[:i], nil
			}
			return 0, nil, nil
		})
		for s.Scan() {
			if err := yield(s.Text()); err != nil {
				return err
			}
		}
		return s.Err()
	}, args...)
}

// unfilter switches off the programs through which git would read files of the work tree,
// as the settings of a repository name them. Without them, more lines look changed in
// what goes through one.
func (g *git) unfilter(ctx context.Context) error {
	text, err := g.text(ctx, "config", "-z", "--name-only", "--get-regexp", `^filter\..*\.(clean|process|required)$`)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return nil // there are none
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(text, "\x00"), "\x00") {
		if name == "" {
			continue
		}
		value := ""
		if strings.HasSuffix(name, ".required") {
			value = "false"
		}
		g.settings = append(g.settings, "-c", name+"="+value)
	}
	return err
}

// A head keeps the beginning of what is written to it.
type head []byte

// Write takes all of p.
func (h *head) Write(p []byte) (int, error) {
	*h = append(*h, p[:min(len(p), maxText-len(*h))]...)
	return len(p), nil
}
