package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	modules "golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// TestRelease releases a copy of what is here, for one platform.
func TestRelease(t *testing.T) {
	if testing.Short() {
		t.Skip("builds memlint")
	}
	dir := checkout(t)
	const version = "v0.99.0"
	platform := runtime.GOOS + "/" + runtime.GOARCH
	var out bytes.Buffer
	run := func(version string, again bool) (string, error) {
		out.Reset()
		r := release{dir: dir, version: version, platforms: []string{platform}, dist: filepath.Join(t.TempDir(), "dist"), again: again, out: &out}
		return r.dist, r.build()
	}
	refused := func(version string, again bool, want string) {
		t.Helper()
		dist, err := run(version, again)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", version, err, want)
		}
		if _, err := os.Stat(dist); err == nil {
			t.Errorf("%s: %s is there", version, dist)
		}
	}
	refused("0.99.0", false, "is no version")
	refused("v0.99", false, "is no version")
	refused("v2.0.0", false, "no section of 2.0.0")
	refused(version, false, "no section of 0.99.0")

	r := release{dir: dir, version: version, out: &out}
	if err := r.prepare(time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	refused(version, false, "not all is committed")
	if changed, err := git(dir, "diff", "--name-only"); err != nil || changed != "CHANGELOG.md\nREADME.md\ndocs/ci.md\ndocs/gopls.md\ngolangci/example/.custom-gcl.yml" {
		t.Errorf("prepared are %s (%v)", changed, err)
	}
	commit(t, dir)
	if err := r.prepare(time.Now()); err == nil || !strings.Contains(err.Error(), "has a section") {
		t.Errorf("prepared twice: %v", err)
	}
	refused(version, true, "is not the tag")

	dist, err := run(version, false)
	if err != nil {
		t.Fatal(err)
	}
	if want := "git push --atomic origin HEAD:main " + version + "\n"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, &out)
	}
	for _, want := range []string{"\t.: " + version, "\tchannels: no tag, it replaces", "\teval/truth: no tag", "\tgopls: no tag, its path leads"} {
		if !strings.Contains(out.String(), "\n"+want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	checkDist(t, dist, version)

	if _, err := git(dir, "tag", "--no-sign", version); err != nil {
		t.Fatal(err)
	}
	refused(version, false, "there is a tag")
	again, err := run(version, true)
	if err != nil {
		t.Fatal(err)
	}
	if first, second := read(t, dist, "SHA256SUMS"), read(t, again, "SHA256SUMS"); first != second {
		t.Errorf("first:\n%sthen:\n%s", first, second)
	}
}

// checkDist looks at what was written for the platform of the test.
func checkDist(t *testing.T, dist, version string) {
	t.Helper()
	name := fmt.Sprintf("memlint-%s-%s-%s", version, runtime.GOOS, runtime.GOARCH)
	archive, program := name+".tar.gz", "memlint"
	if runtime.GOOS == "windows" {
		archive, program = name+".zip", "memlint.exe"
	}
	want := ""
	for _, file := range []string{name + ".cdx.json", archive} {
		want += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(read(t, dist, file))), file)
	}
	if got := read(t, dist, "SHA256SUMS"); got != want {
		t.Errorf("SHA256SUMS is\n%swant\n%s", got, want)
	}
	if notes := read(t, dist, "notes.md"); !strings.HasPrefix(notes, "### Added\n") || !strings.Contains(notes, "](https://github.com/memlint/memlint/blob/"+version+"/docs/closeleak.md)") {
		t.Errorf("the notes are\n%s", notes)
	}
	var b bill
	if err := json.Unmarshal([]byte(read(t, dist, name+".cdx.json")), &b); err != nil {
		t.Fatal(err)
	}
	if c := b.Metadata.Component; c.Version != version || !slices.ContainsFunc(b.Components, func(c component) bool {
		return c.Name == "golang.org/x/tools" && len(c.Hashes) == 1
	}) {
		t.Errorf("the bill of materials is of %s, and has %v", c.Version, b.Components)
	}

	files := unpack(t, filepath.Join(dist, archive))
	for file, want := range map[string]string{
		program: "", "LICENSE": "Apache License", "README.md": "](https://github.com/memlint/memlint/blob/" + version + "/docs/analyzers.md)", "LICENSES-OF-OTHERS": "=== golang.org/x/tools v", "CHANGELOG.md": "## [" + version[1:] + "] - 2030-01-02\n",
		"completions/memlint.bash": "_memlint", "completions/memlint.fish": "complete -c memlint", "completions/_memlint": "#compdef memlint",
		"man/man1/memlint.1": `"memlint ` + version + `"`,
	} {
		if text, ok := files[name+"/"+file]; !ok || !strings.Contains(text, want) {
			t.Errorf("the archive has no %s with %q", file, want)
		}
	}
	if len(files) != 9 {
		t.Errorf("the archive has %d files", len(files))
	}
	here := filepath.Join(t.TempDir(), program)
	if err := os.WriteFile(here, []byte(files[name+"/"+program]), 0o777); err != nil {
		t.Fatal(err)
	}
	checkVersions(t, here, version)
}

// checkVersions checks what a program says that it is, to people and to the go command,
// which takes the hash of the program for a version that says devel.
func checkVersions(t *testing.T, program, version string) {
	t.Helper()
	for arg, want := range map[string]string{"-V": "memlint " + version + " go", "-V=full": program + " version devel "} {
		if out, err := exec.Command(program, arg).CombinedOutput(); err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("%s: %s, %v, want %q", arg, out, err, want)
		}
	}
}

// TestInstall installs what is here as users do, from a proxy that has nothing but files:
// those of this module, and those of others that the module cache has.
func TestInstall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds memlint")
	}
	const version = "v0.99.0"
	dir := checkout(t)
	proxy, bin := t.TempDir(), t.TempDir()
	at := filepath.Join(proxy, "github.com", "memlint", "memlint", "@v")
	if err := os.MkdirAll(at, 0o777); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := modzip.CreateFromDir(&packed, modules.Version{Path: "github.com/memlint/memlint", Version: version}, dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"list": version + "\n", version + ".info": `{"Version":"` + version + `"}`, version + ".mod": read(t, dir, "go.mod"), version + ".zip": packed.String(),
	} {
		if err := os.WriteFile(filepath.Join(at, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "install", "github.com/memlint/memlint/cmd/memlint@latest")
	cmd.Dir = t.TempDir() // no module
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOMODCACHE="+t.TempDir(), "GOFLAGS=-mod=mod -modcacherw -trimpath", "GONOSUMDB=*", "GOWORK=off", "CGO_ENABLED=0",
		"GOPROXY="+fileURL(proxy)+","+fileURL(filepath.Join(strings.TrimSpace(string(cache)), "cache", "download")))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program := filepath.Join(bin, "memlint")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	checkVersions(t, program, version)
}

func fileURL(dir string) string {
	return "file:///" + strings.TrimPrefix(filepath.ToSlash(dir), "/")
}

func TestPrepared(t *testing.T) {
	const before = "# Changelog\n\nAll. Nothing is released yet.\n\n## [Unreleased]\n\n### Added\n\n- [it](docs/it.md#at), and [that](https://example.com).\n\n[Unreleased]: https://example.com/commits/main\n"
	const after = "# Changelog\n\nAll.\n\n## [Unreleased]\n\n## [0.1.0] - 2030-01-02\n\n### Added\n\n- [it](docs/it.md#at), and [that](https://example.com).\n\n" +
		"[Unreleased]: https://github.com/memlint/memlint/compare/v0.1.0...main\n[0.1.0]: https://github.com/memlint/memlint/releases/tag/v0.1.0\n"
	day := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	if got, err := prepared(before, "v0.1.0", day); err != nil || got != after {
		t.Errorf("got\n%s\n%v", got, err)
	}
	if got, err := section(after, "v0.1.0"); err != nil || got != "### Added\n\n- [it](https://github.com/memlint/memlint/blob/v0.1.0/docs/it.md#at), and [that](https://example.com).\n" {
		t.Errorf("got\n%s\n%v", got, err)
	}
	for version, want := range map[string]string{
		"v0.2.0": "nothing that is unreleased",
		"v0.1.0": "has a section",
	} {
		if _, err := prepared(after, version, day); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", version, err)
		}
	}
	if _, err := section("\n## [0.3.0]\n\n## [0.2.0]\n\nmore\n", "v0.3.0"); err == nil || !strings.Contains(err.Error(), "says nothing") {
		t.Errorf("got %v", err)
	}
}

// TestJudge looks at modules that are there only once users need them.
func TestJudge(t *testing.T) {
	for _, tt := range []struct{ dir, mod, tag, err string }{
		{"plugin", "module m.org/m/plugin\nrequire m.org/m v1.2.3\n", "plugin/v1.2.3", ""},
		{"plugin", "module m.org/m/plugin/v1\n", "", ""}, // not so named
		{"plugin/deep", "module m.org/m/plugin/deep\n", "plugin/deep/v1.2.3", ""},
		{"plugin", "module m.org/m/plugin\nrequire m.org/m v1.2.2\n", "", "go -C plugin mod edit -require=m.org/m@v1.2.3"},
		{"plugin", "module m.org/m/plugin\nrequire m.org/m v1.2.2\nreplace m.org/m => ..\n", "", ""},
		{"plugin", "module m.org/other\n", "", ""},
		{".", "module m.org/m/v2\n", "", "should be v2"},
		{".", "module m.org/m\nreplace other.org => ../other\n", "", "has replace"},
	} {
		r := release{version: "v1.2.3"}
		m, err := r.judge(tt.dir, "m.org/m", []byte(tt.mod))
		if got := fmt.Sprint(err); m.tag != tt.tag || tt.err == "" && err != nil || !strings.Contains(got, tt.err) {
			t.Errorf("%s: %q: got %q, %v", tt.dir, tt.mod, m.tag, err)
		}
	}
}

// checkout returns a repository with one commit of what is here.
func checkout(t *testing.T) string {
	t.Helper()
	dir, root := t.TempDir(), filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if rel == ".git" || rel == "dist" {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil // of a work tree
		}
		to := filepath.Join(dir, rel)
		if d.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := git(dir, "init", "--quiet", "-b", "main"); err != nil {
		t.Fatal(err)
	}
	commit(t, dir)
	return dir
}

// commit commits all that there is in a repository.
func commit(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{
		{"add", "--all"},
		{"-c", "user.name=somebody", "-c", "user.email=somebody@example.com", "commit", "--quiet", "--no-gpg-sign", "-m", "all"},
	} {
		if _, err := git(dir, args...); err != nil {
			t.Fatal(err)
		}
	}
}

// unpack returns the files of an archive.
func unpack(t *testing.T, name string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	if strings.HasSuffix(name, ".zip") {
		r, err := zip.OpenReader(name)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, f := range r.File {
			data, err := fs.ReadFile(r, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			files[f.Name] = string(data)
		}
		return files
	}
	plain, err := gzip.NewReader(strings.NewReader(read(t, filepath.Dir(name), filepath.Base(name))))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(plain)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(data)
	}
}

// TestLinked checks that what builds without the history of the sources tells the linker
// the version by the right name.
func TestLinked(t *testing.T) {
	for file, want := range map[string]string{
		"internal/driver/main.go": "\nvar linked string\n",
		"Dockerfile":              ` -ldflags "-X github.com/memlint/memlint/internal/driver.linked=$VERSION" `,
		"action.yml":              ` -ldflags "-X github.com/memlint/memlint/internal/driver.linked=$VERSION" `,
	} {
		if !strings.Contains(read(t, filepath.Join("..", ".."), filepath.FromSlash(file)), want) {
			t.Errorf("%s does not have %s", file, want)
		}
	}
}

// TestZip checks that a zip file has what a tarball has.
func TestZip(t *testing.T) {
	dir := t.TempDir()
	in := []file{{name: "a", data: []byte("1"), executable: true}, {name: "b/c", data: []byte("2")}}
	for suffix, pack := range map[string]func(string, []file, time.Time) ([]byte, error){".zip": zipped, ".tar.gz": tarball} {
		data, err := pack("top", in, time.Unix(1e9, 0).UTC())
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, "x"+suffix)
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(unpack(t, name)); got != "map[top/a:1 top/b/c:2]" {
			t.Errorf("%s: %s", suffix, got)
		}
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
