package bounded

import (
	"fmt"
	"io"
	"os"
	"reflect"
)

// A messageType is made by this package only.
type messageType struct{ name string }

var layouts = map[*messageType]string{}

func Layout(m *messageType) { layouts[m] = m.name } // want `globalgrowth/map-only-grows, latent`

type info struct{ fields []string }

var infos = map[reflect.Type]*info{}

// Describe fills an object per type.
func Describe(v any) {
	in := infos[reflect.TypeOf(v)]
	if in == nil {
		in = new(info)
		infos[reflect.TypeOf(v)] = in
	}
	in.fields = append(in.fields, fmt.Sprint(v))
}

var log io.Writer = os.Stderr

// Log writes to a file, which is no container.
func Log(s string) { fmt.Fprintln(log, s) }
