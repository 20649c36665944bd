// Package copied has structs in package variables that others get copies of.
package copied

import "net/http"

type options struct {
	width  int
	labels map[string]string
	order  []string
	inner  struct{ seen map[string]bool }
}

func (o *options) add(key, value string) {
	if o.labels != nil {
		o.labels[key] = value // want `held by package variable shared -> labels`
	}
}

func (o *options) note(key string) { o.order = append(o.order, key) } // want `held by package variable list -> order`

var (
	plain  options
	wide   = options{width: 80}
	shared = options{labels: map[string]string{}}
)

func render(w http.ResponseWriter, r *http.Request, o options) {
	o.add(r.FormValue("name"), r.FormValue("value"))
	o.note(r.FormValue("name"))
	w.Write([]byte(o.labels["title"]))
}

// Fine: what the copy gets is not in the variable.
func Render(w http.ResponseWriter, r *http.Request) {
	render(w, r, plain)
	render(w, r, wide)
	o := plain
	o.inner.seen = make(map[string]bool)
	o.inner.seen[r.FormValue("name")] = true
}

// The map is in the variable, and copies share it.
func RenderShared(w http.ResponseWriter, r *http.Request) {
	render(w, r, shared)
}

var list options

// The method has the address of the variable.
func Listed(w http.ResponseWriter, r *http.Request) {
	list.note(r.FormValue("name"))
}

var path = []string{"a", "b"}

// Fine: texts in a list are no maps, whatever lies under them.
func Insert(w http.ResponseWriter, r *http.Request) {
	data := map[string]any{}
	put(data, tree(path, r.FormValue("value")))
}

func tree(path []string, value any) map[string]any {
	dir := map[string]any{}
	for i := len(path) - 1; i > 0; i-- {
		dir[path[i]] = value
		value = dir
		dir = map[string]any{}
	}
	dir[path[0]] = value
	return dir
}

func put(to, from map[string]any) {
	for key, add := range from {
		if _, ok := to[key]; !ok {
			to[key] = add
			continue
		}
		put(to[key].(map[string]any), add.(map[string]any))
	}
}
