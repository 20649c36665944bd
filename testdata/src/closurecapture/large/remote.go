package large

import (
	"log"
	"os"

	"large/registry"
)

func remote(r *registry.Forever, path string) {
	text, _ := os.ReadFile(path)
	r.Add(func() { log.Print(text) }) // want `closure keeps all of text and nothing takes it out of Forever.funcs`
}

// Fine: Run empties it.
func batched(b *registry.Batch, path string) {
	text, _ := os.ReadFile(path)
	b.Add(func() { log.Print(text) })
}
