// Command release builds what a release of memlint consists of:
//
//	go run ./internal/release -prepare v1.2.3   # changes files, to be looked at and committed
//	go run ./internal/release v1.2.3            # builds from the commit, and says what to push
//
// The second one builds in a clone of what is committed, in which it sets the tag, so that
// the go command puts the version into the binaries. Who has the commit and the same Go gets
// the same bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	r := release{dir: ".", out: os.Stdout}
	flag.StringVar(&r.dist, "o", "dist", "`folder` to write to, which must not be there")
	flag.BoolVar(&r.again, "again", false, "build a release whose tag is there, to compare with what was published")
	platforms := flag.String("platforms", strings.Join(allPlatforms, ","), "`names` of what to build for, separated by commas")
	prepare := flag.Bool("prepare", false, "write the version into the files that name it, and do nothing else")
	flag.Usage = func() {
		fmt.Fprintf(os.Stderr, "Usage: release [flags] VERSION\n\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	fail := func(err error) {
		fmt.Fprintf(os.Stderr, "release: %s\n", strings.TrimSpace(err.Error()))
		os.Exit(2)
	}
	if flag.NArg() != 1 {
		fail(errors.New("which version? one argument, such as v1.2.3"))
	}
	r.version, r.platforms = flag.Arg(0), strings.Split(*platforms, ",")
	run := r.build
	if *prepare {
		run = func() error { return r.prepare(time.Now().UTC()) }
	}
	if err := run(); err != nil {
		fail(err)
	}
}

// allPlatforms are those that a release is built for.
var allPlatforms = []string{
	"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64",
}

// A release is what the arguments ask for.
type release struct {
	dir       string // root of the checkout
	version   string
	platforms []string
	dist      string // folder to write to
	again     bool   // the tag is there
	out       io.Writer
}

// build checks that there is something to release, and writes all of it.
func (r *release) build() error {
	if err := checkVersion(r.version); err != nil {
		return err
	}
	if err := r.checkCommit(); err != nil {
		return err
	}
	changelog, err := os.ReadFile(filepath.Join(r.dir, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	notes, err := section(string(changelog), r.version)
	if err != nil {
		return err
	}
	if err := checkPages(r.dir, r.version); err != nil {
		return err
	}
	modules, err := r.modules()
	if err != nil {
		return err
	}
	if err := os.Mkdir(r.dist, 0o777); err != nil {
		return err
	}
	src, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(src)
	if err := r.writeAll(src, notes); err != nil {
		os.RemoveAll(r.dist)
		return err
	}
	r.sayNext(modules)
	return nil
}

// writeAll builds in a clone of the commit, and writes what is to be published.
func (r *release) writeAll(temp, notes string) error {
	src := filepath.Join(temp, "src")
	if _, err := git(r.dir, "clone", "--quiet", "--no-hardlinks", "--no-tags", ".", src); err != nil {
		return err
	}
	if _, err := git(src, "tag", "--no-sign", r.version); err != nil {
		return err
	}
	files, err := r.documents(src, temp)
	if err != nil {
		return err
	}
	sums := new(sums)
	for _, platform := range r.platforms {
		fmt.Fprintln(r.out, "building for", platform)
		if err := r.writePlatform(src, temp, platform, files, sums); err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
	}
	if err := os.WriteFile(filepath.Join(r.dist, "notes.md"), []byte(notes), 0o666); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dist, "SHA256SUMS"), sums.text(), 0o666)
}

// writePlatform writes the archive for a platform and its bill of materials.
func (r *release) writePlatform(src, temp, platform string, files []file, sums *sums) error {
	goos, goarch, ok := strings.Cut(platform, "/")
	if !ok {
		return errors.New("want a name such as linux/amd64")
	}
	binary := filepath.Join(temp, goos+"-"+goarch)
	if err := r.compile(src, binary, "GOOS="+goos, "GOARCH="+goarch); err != nil {
		return err
	}
	data, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	when, err := commitTime(src)
	if err != nil {
		return err
	}
	bill, err := billOfMaterials(binary, data, when)
	if err != nil {
		return err
	}
	name, program, pack := fmt.Sprintf("memlint-%s-%s-%s", r.version, goos, goarch), "memlint", tarball
	suffix := ".tar.gz"
	if goos == "windows" {
		program, pack, suffix = "memlint.exe", zipped, ".zip"
	}
	archive, err := pack(name, slices.Concat([]file{{name: program, data: data, executable: true}}, files), when)
	if err != nil {
		return err
	}
	for _, f := range []file{{name: name + suffix, data: archive}, {name: name + ".cdx.json", data: bill}} {
		sums.add(f)
		if err := os.WriteFile(filepath.Join(r.dist, f.name), f.data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// documents returns what archives have beside the program. What the program prints itself
// is taken from one that runs here.
func (r *release) documents(src, temp string) ([]file, error) {
	var files []file
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		data, err := os.ReadFile(filepath.Join(src, name))
		if err != nil {
			return nil, err
		}
		if path.Ext(name) == ".md" {
			data = []byte(absolute(string(data), r.version))
		}
		files = append(files, file{name: name, data: data})
	}
	here := filepath.Join(temp, "memlint.exe")
	if err := r.compile(src, here); err != nil {
		return nil, err
	}
	for _, printed := range []struct {
		name string
		args []string
	}{
		{"completions/memlint.bash", []string{"completion", "bash"}},
		{"completions/memlint.fish", []string{"completion", "fish"}},
		{"completions/_memlint", []string{"completion", "zsh"}},
		{"man/man1/memlint.1", []string{"help", "-man"}},
	} {
		text, err := exec.Command(here, printed.args...).Output()
		if err != nil {
			return nil, fmt.Errorf("memlint %s: %w", strings.Join(printed.args, " "), err)
		}
		files = append(files, file{name: printed.name, data: text})
	}
	others, err := licenses(src, here)
	return append(files, file{name: "LICENSES-OF-OTHERS", data: others}), err
}

// compile builds the program, and checks that it knows its version.
func (r *release) compile(src, binary string, env ...string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-o", binary, "./cmd/memlint")
	cmd.Dir = src
	// What the environment says otherwise about how to build is not to make a difference.
	cmd.Env = slices.Concat(os.Environ(), []string{
		"GOFLAGS=-mod=readonly", "GOWORK=off", "CGO_ENABLED=0", "GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off",
	}, env)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return checkBinary(binary, r.version)
}

// sayNext prints what remains to be done by hand.
func (r *release) sayNext(modules []module) {
	fmt.Fprintf(r.out, "\n%s has the archives, their bills of materials, SHA256SUMS and notes.md.\n\nModules:\n\n", r.dist)
	var tags []string
	for _, m := range modules {
		if m.tag == "" {
			fmt.Fprintf(r.out, "\t%s: no tag, %s\n", m.dir, m.why)
			continue
		}
		fmt.Fprintf(r.out, "\t%s: %s\n", m.dir, m.tag)
		tags = append(tags, m.tag)
	}
	if r.again {
		return
	}
	fmt.Fprintf(r.out, "\nTo publish:\n\n")
	for _, tag := range tags {
		fmt.Fprintf(r.out, "\tgit tag -a -m %s %s\n", tag, tag)
	}
	fmt.Fprintf(r.out, "\tgit push --atomic origin HEAD:main %s\n", strings.Join(tags, " "))
	fmt.Fprintf(r.out, "\tgh release create %s --verify-tag --notes-file %s %s\n", r.version, filepath.Join(r.dist, "notes.md"),
		strings.Join([]string{filepath.Join(r.dist, "memlint-*"), filepath.Join(r.dist, "SHA256SUMS")}, " "))
}

// git runs git in a folder and returns what it prints.
func git(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w\n%s", args[0], err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}
