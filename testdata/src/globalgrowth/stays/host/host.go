// Package host remembers what the machine says.
package host

import (
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"sync"
)

var pages = map[string][]byte{}

// Latent: a machine has so many files.
func Page(path string) []byte {
	if data, ok := pages[path]; ok {
		return data
	}
	data, err := os.ReadFile(path)
	if err == nil {
		pages[path] = data // want `globalgrowth/map-only-grows, latent`
	}
	return data
}

var owners sync.Map

// Latent: so many users.
func Owner(uid int) string {
	if name, ok := owners.Load(uid); ok {
		return name.(string)
	}
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return ""
	}
	owners.Store(uid, u.Username) // want `globalgrowth/container-only-grows, latent`
	return u.Username
}

var versions sync.Map

// Latent: so many programs; the literal asks about the key.
func Version(program string) func() string {
	f, _ := versions.LoadOrStore(program, sync.OnceValue(func() string { // want `globalgrowth/container-only-grows, latent`
		out, _ := exec.Command(program, "-version").Output()
		return string(out)
	}))
	return f.(func() string)
}

var logs = map[string]*os.File{}

// Latent: callers may have few paths.
func Log(path string) *os.File {
	f, err := os.Open(path)
	if err == nil {
		logs[path] = f // want `globalgrowth/map-only-grows, latent`
	}
	return f
}

var served = map[string]os.FileInfo{}

// Clients choose the names, also those that they give in another form.
func Serve(w http.ResponseWriter, r *http.Request) {
	name := "/srv" + r.URL.Path
	if info, err := os.Stat(name); err == nil {
		served[name] = info // want `package variable served`
	}
}

var written = map[string]int{}

// Latent: callers may have few sessions.
func Write(session string, data []byte) {
	if _, err := os.Stat("/var/spool"); err == nil {
		written[session] += len(data) // want `globalgrowth/map-only-grows, latent`
	}
}

var askedHosts = map[string]bool{}

// Latent: a client has as many hosts as it is configured with.
func Answered(req *http.Request, resp *http.Response) {
	host := req.URL.Host
	if req.Host != "" {
		host = req.Host
	}
	askedHosts[host] = resp.Close // want `globalgrowth/map-only-grows, latent`
}

var limits = map[string]string{}

func limit(path string) (string, error) {
	b, err := os.ReadFile(path)
	return string(b), err
}

// Latent: the file is read by another function of the package.
func Limit(path string) (string, error) {
	if l, ok := limits[path]; ok {
		return l, nil
	}
	l, err := limit(path)
	if err == nil {
		limits[path] = l // want `globalgrowth/map-only-grows, latent`
	}
	return l, err
}

var hosts = map[string]string{}

// Latent: the environment has so many variables.
func Host(id string) string {
	if h, ok := hosts[id]; ok {
		return h
	}
	h := os.Getenv("HOST_" + id)
	if h != "" {
		hosts[id] = h // want `globalgrowth/map-only-grows, latent`
	}
	return h
}
