//go:build unix

package manifest

import "golang.org/x/sys/unix"

// stampOf returns the stamp of a file or folder, or of what a link leads to.
func stampOf(name string) (s stamp, exists, ok bool) {
	var st unix.Stat_t
	for {
		switch err := unix.Stat(name, &st); err {
		case nil:
			return stamp{
				Device: uint64(st.Dev), Inode: uint64(st.Ino), Mode: uint64(st.Mode),
				Size:     st.Size,
				Modified: int64(st.Mtim.Sec), ModifiedNanos: int64(st.Mtim.Nsec),
				Changed: int64(st.Ctim.Sec), ChangedNanos: int64(st.Ctim.Nsec),
			}, true, true
		case unix.EINTR:
		case unix.ENOENT, unix.ENOTDIR:
			return s, false, true
		default:
			return s, false, false
		}
	}
}
