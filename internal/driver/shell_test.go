package driver

import "testing"

func TestRoff(t *testing.T) {
	const text = "find it's all.\n\nUsage:\n\n\tfind -x \\ file\n\tfind `name`\n\nIt finds:\n.git and\nmore.\n\nTwice.\n\nFlags:\n\n  -C dir\n    \tbe in dir\n  -q\tquiet\n"
	const want = `.TH FIND 1 "" "find v1.2"
.SH NAME
find \- it\(aqs all
.SH SYNOPSIS
.nf
find \-x \e file
find \(ganame\(ga
.fi
.SH DESCRIPTION
It finds:
\&.git and
more.
.PP
Twice.
.SH OPTIONS
.TP
\fB\-C\fR \fIdir\fR
be in dir
.TP
\fB\-q\fR
quiet
`
	if got := string(roff(text, "v1.2")); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
