package convention

import "go/types"

// A Source says where a value comes from that a function returns, or puts where
// a parameter points to.
type Source uint8

const (
	None    Source = iota
	Program        // written in the program, or given when it starts
	Random
	Clock
	Counter
	Input // read or received
)

// Draws returns what the results of fn are made from if that is not what fn is
// given.
func Draws(fn *types.Func) Source {
	path := Path(fn.Pkg())
	recv := fn.Signature().Recv() != nil
	switch path {
	case "time":
		if fn.Name() == "Now" && !recv {
			return Clock
		}
	case "math/rand", "crypto/rand", "github.com/google/uuid", "github.com/gofrs/uuid", "github.com/satori/go.uuid", "github.com/pborman/uuid",
		"github.com/hashicorp/go-uuid", "github.com/rs/xid", "github.com/oklog/ulid", "github.com/segmentio/ksuid", "github.com/lithammer/shortuuid",
		"github.com/matoous/go-nanoid", "github.com/teris-io/shortid":
		return Random
	case "sync/atomic":
		if len(fn.Name()) > 2 && fn.Name()[:3] == "Add" {
			return Counter
		}
	case "bufio":
		switch fn.Name() {
		case "Text", "Bytes", "ReadString", "ReadBytes", "ReadLine", "ReadSlice", "ReadRune", "ReadByte":
			return Input
		}
	case "io", "io/ioutil":
		if fn.Name() == "ReadAll" {
			return Input
		}
	case "runtime", "flag", "github.com/spf13/pflag":
		return Program
	case "os":
		switch fn.Name() {
		case "Getenv", "LookupEnv", "Environ", "Hostname", "Getpid", "Getwd", "Executable", "ExpandEnv", "UserHomeDir", "TempDir":
			return Program
		}
	}
	return None
}

// fillers are functions of the standard library that put what was read,
// received or decoded where a parameter points to, and which parameter is the
// first of those, the receiver not counted.
var fillers = map[string]struct {
	first int
	from  Source
}{
	"encoding/json.Unmarshal":         {1, Input},
	"(*encoding/json.Decoder).Decode": {0, Input},
	"encoding/xml.Unmarshal":          {1, Input},
	"(*encoding/xml.Decoder).Decode":  {0, Input},
	"(*encoding/gob.Decoder).Decode":  {0, Input},
	"encoding/asn1.Unmarshal":         {1, Input},
	"encoding/binary.Read":            {2, Input},
	"fmt.Sscan":                       {1, Input},
	"fmt.Sscanf":                      {2, Input},
	"fmt.Sscanln":                     {1, Input},
	"fmt.Fscan":                       {1, Input},
	"fmt.Fscanf":                      {2, Input},
	"fmt.Fscanln":                     {1, Input},
	"(*database/sql.Rows).Scan":       {0, Input},
	"(*database/sql.Row).Scan":        {0, Input},
	"io.ReadFull":                     {1, Input},
	"io.ReadAtLeast":                  {1, Input},
	"(io.Reader).Read":                {0, Input},
	"(net.Conn).Read":                 {0, Input},
	"(*bufio.Reader).Read":            {0, Input},
	"(*os.File).Read":                 {0, Input},
	"crypto/rand.Read":                {0, Random},
	"math/rand.Read":                  {0, Random},
	"(*net/rpc.Client).Call":          {2, Input},
}

// Fills returns the first parameter, the receiver not counted, that fn and the
// ones behind it are filled through, and with what: whoever gives a pointer to a
// variable of his own as a value of any type to a function that may fail wants
// to have it filled (Decode, Scan, Unmarshal, Bind).
func Fills(fn *types.Func) (first int, from Source) {
	if f, ok := fillers[fn.FullName()]; ok {
		return f.first, f.from
	}
	if fn.Pkg() == nil || IsStd(fn.Pkg().Path()) {
		return 0, None
	}
	sig := fn.Signature()
	n := sig.Results().Len()
	if n == 0 || !isError(sig.Results().At(n-1).Type()) {
		return 0, None
	}
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if s, ok := t.(*types.Slice); ok && sig.Variadic() && i == sig.Params().Len()-1 {
			t = s.Elem()
		}
		if any, ok := t.Underlying().(*types.Interface); ok && any.NumMethods() == 0 {
			return i, Input
		}
	}
	return 0, None
}

// Waits reports whether a call of fn waits for what comes from outside: the
// next connection, line, message or row.
func Waits(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil {
		return false
	}
	if Reads(fn) {
		return true
	}
	n := sig.Params().Len()
	switch fn.Name() {
	case "Accept", "Recv", "ReadMessage", "AcceptStream", "FetchMessage", "Receive", "NextMsg":
		return sig.Results().Len() > 0 && isError(sig.Results().At(sig.Results().Len()-1).Type()) && (n == 0 || n == 1 && isContext(sig.Params().At(0).Type()))
	case "RecvMsg":
		return n == 1
	}
	return false
}

// Reads reports whether fn reads the next part of something that may have an end: a
// text, a file, rows.
func Reads(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil {
		return false
	}
	switch typeOf(sig.Recv().Type()) {
	case "bufio.Scanner":
		return fn.Name() == "Scan"
	case "bufio.Reader", "net/textproto.Reader":
		return true
	case "database/sql.Rows":
		return fn.Name() == "Next"
	case "encoding/json.Decoder", "encoding/xml.Decoder", "encoding/gob.Decoder", "encoding/csv.Reader":
		return fn.Name() == "Decode" || fn.Name() == "Token" || fn.Name() == "More" || fn.Name() == "Read"
	}
	return (fn.Name() == "Read" || fn.Name() == "ReadFrom") && sig.Results().Len() > 1 && sig.Params().Len() == 1
}

// IsConnection reports whether values of a type stand for connections, or for
// the addresses of their other ends, of which there are as many as clients.
func IsConnection(t types.Type) bool {
	switch typeOf(t) {
	case "net.Conn", "net.Addr", "net.TCPConn", "net.UDPAddr", "net.TCPAddr", "net/netip.AddrPort":
		return true
	}
	return has(t, "RemoteAddr") && has(t, "Close")
}

// IsSocket reports whether values of a type are ends of the network, also those that
// many clients write to, as a net.PacketConn.
func IsSocket(t types.Type) bool { return has(t, "LocalAddr") && has(t, "Close") }

// Accepts reports whether fn is a method that returns the next connection, or an error.
func Accepts(fn *types.Func) bool {
	sig := fn.Signature()
	results := sig.Results()
	return sig.Recv() != nil && sig.Params().Len() == 0 && results.Len() == 2 && IsConnection(results.At(0).Type()) && isError(results.At(1).Type())
}

// OwnAddress reports whether fn returns the address of the process's own end: of a
// listener, or the local one of a connection. There are few.
func OwnAddress(fn *types.Func) bool {
	if fn == nil || fn.Signature().Recv() == nil || fn.Signature().Results().Len() != 1 || typeOf(fn.Signature().Results().At(0).Type()) != "net.Addr" {
		return false
	}
	return fn.Name() == "LocalAddr" || fn.Name() == "Addr"
}

// IsTime reports whether t is a time, which never comes again.
func IsTime(t types.Type) bool { return typeOf(t) == "time.Time" }

// OpensLocal reports whether fn returns a reader of a file, a directory or a
// text: what is read from it ends.
func OpensLocal(fn *types.Func) bool {
	switch fn.FullName() {
	case "os.Open", "os.OpenFile", "os.ReadFile", "io/ioutil.ReadFile", "os.Create", "(embed.FS).ReadFile", "io/fs.ReadFile", "os.ReadDir", "strings.NewReader", "bytes.NewReader", "bytes.NewBuffer", "bytes.NewBufferString", "(embed.FS).Open", "(io/fs.FS).Open":
		return true
	}
	return false
}

// AsksOthers reports whether fn makes a request that the program itself sends:
// it chose whom to ask.
func AsksOthers(fn *types.Func) bool {
	switch fn.FullName() {
	case "net/http.NewRequest", "net/http.NewRequestWithContext":
		return true
	}
	return false
}
