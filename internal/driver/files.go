package driver

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxSettings bounds what is read of a file with settings or a baseline. A repository may
// have anything under the name of one.
const maxSettings = 64 << 20

// readSettings returns the text of a file that the user or a repository names.
func readSettings(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSettings+1))
	if err == nil && len(data) > maxSettings {
		err = fmt.Errorf("%s: larger than %d MB", name, maxSettings>>20)
	}
	return data, err
}

// readRegular reads a file that code names, if it is one that ends: a //line directive may
// name a device.
func readRegular(name string) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}
	}
	return os.ReadFile(name)
}

// openRegular opens a file below root, which links do not lead out of, if it is one that
// ends. To open a pipe would wait.
func openRegular(root, name string) (*os.File, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if info, err := r.Stat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return r.Open(name)
}

// write replaces the file by what it should be, at once or not at all. The
// error does not name the file.
func (c change) write() error { return cause(replace(c.file, c.after, false)) }

// writeReport writes a file that the user asks for: at once or not at all, if it is a
// file, and so that readers of a pipe or device get it otherwise. The error does not
// name the file.
func writeReport(name string, data []byte) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return cause(err)
		}
		_, err = f.Write(data)
		return cause(cmp.Or(err, f.Close()))
	}
	return cause(replace(name, data, true))
}

// cause returns an error of the system without the name of a file, which may be one that
// nobody knows.
func cause(err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// replace writes beside the file first, and then renames. With create, there may be no
// file yet.
func replace(name string, data []byte, create bool) (err error) {
	mode := fs.FileMode(0)
	// A file that is a link stays one.
	file, err := filepath.EvalSymlinks(name)
	switch info, statErr := os.Stat(file); {
	case err != nil && create && errors.Is(err, fs.ErrNotExist):
		if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return errors.New("a link to what is not there")
		}
		file = name
	case err != nil:
		return err
	case statErr != nil:
		return statErr
	case !info.Mode().IsRegular():
		return errors.New("not a regular file")
	case info.Mode().Perm()&0o200 == 0:
		// To rename a file over it would not ask for leave to write it.
		return errors.New("read-only")
	default:
		mode = info.Mode().Perm()
	}
	tmp, err := createBeside(file)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	_, err = tmp.Write(data)
	if mode != 0 {
		err = cmp.Or(err, tmp.Chmod(mode))
	}
	err = cmp.Or(err, tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

// createBeside creates a file in the folder of another one, with the mode that new files
// have, which os.CreateTemp does not give.
func createBeside(file string) (*os.File, error) {
	for n := os.Getpid(); ; n++ {
		name := filepath.Join(filepath.Dir(file), fmt.Sprintf(".memlint-%d", n))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// show prints what a run is about. If that is lost, the run has failed.
func show(stdout io.Writer, text []byte) error {
	if _, err := stdout.Write(text); err != nil {
		return fmt.Errorf("standard output: not written: %w", cause(err))
	}
	return nil
}
