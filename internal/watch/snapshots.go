package watch

import (
	"os"
	"path/filepath"
	"time"
)

// snapshotTime is the form of times in names of files, which sorts as they do.
const snapshotTime = "20060102T150405.000Z"

// snapshotName returns the name of the file of a profile, as package monitor has it.
func snapshotName(profile string, at time.Time) string {
	return profile + "-" + at.UTC().Format(snapshotTime) + ".pb.gz"
}

// writeSnapshot writes a file that is there as a whole or not at all.
func writeSnapshot(dir, name string, data []byte) error {
	f, err := os.CreateTemp(dir, ".memlint-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
