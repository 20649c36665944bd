// Package made has values that their constructors keep.
package made

import "example.com/stays/made/meter"

var requests = meter.New()

func Request(size int) { requests.Mark(float64(size)) }
