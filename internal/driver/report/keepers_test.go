package report

import (
	"reflect"
	"testing"
)

func TestKeepersGob(t *testing.T) {
	for _, k := range []Keepers{
		nil,
		{{At: Line{0, 7}}},
		{
			{At: Line{2, 300}, Slot: "a.T.f", Words: "field T.f", From: Line{0, 1 << 20}},
			{At: Line{0, 1}, Slot: "a.v", Words: "package variable v", From: Line{0, 1}},
			{At: Line{0, 2}, Slot: "a.v", Words: "package variable v", From: Line{0, 1}},
		},
	} {
		data, err := k.GobEncode()
		if err != nil {
			t.Fatal(err)
		}
		var got Keepers
		if err := got.GobDecode(data); err != nil || len(got)+len(k) > 0 && !reflect.DeepEqual(got, k) {
			t.Errorf("%v becomes %v, %v", k, got, err)
		}
		for n := range data {
			if got.GobDecode(data[:n]) == nil && len(got) >= len(k) && len(k) > 0 {
				t.Errorf("%d bytes of %d are enough", n, len(data))
			}
		}
	}
}
