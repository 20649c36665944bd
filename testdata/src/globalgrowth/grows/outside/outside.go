// Package outside has maps whose keys come from clients or are new each time.
package outside

import (
	"context"
	"net"
	"net/http"
	"reflect"
	"sync"
	"time"
)

var hits = map[string][]time.Time{}

// Old times go, but the hosts stay: each client is a key for ever.
func Limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		now := time.Now()
		recent := hits[host][:0]
		for _, t := range hits[host] {
			if now.Sub(t) < time.Minute {
				recent = append(recent, t)
			}
		}
		hits[host] = append(recent, now) // want `package variable hits`
		next.ServeHTTP(w, r)
	})
}

type cache interface {
	Load(key any) (any, bool)
	Store(key, value any)
}

var columns cache = &sync.Map{}

// A reflect.Value holds the pointer to the instance, so it is a new key for
// each; its type would be one.
func Columns(row any) string {
	v := reflect.ValueOf(row)
	if names, ok := columns.Load(v); ok {
		return names.(string)
	}
	names := v.Type().String()
	columns.Store(v, names) // want `package variable columns`
	return names
}

var types sync.Map

// Fine: one key per type of the program.
func TypeName(row any) string {
	t := reflect.TypeOf(row)
	if name, ok := types.Load(t); ok {
		return name.(string)
	}
	types.Store(t, t.String())
	return t.String()
}

var lastSeen = map[string]time.Time{}

func mark(user string) {
	lastSeen[user] = time.Now() // want `package variable lastSeen`
}

func authorize(r *http.Request) bool {
	user, _, ok := r.BasicAuth()
	if ok {
		mark(user)
	}
	return ok
}

// Private passes two functions on the way to the map.
func Private(w http.ResponseWriter, r *http.Request) {
	if !authorize(r) {
		w.WriteHeader(http.StatusUnauthorized)
	}
}

type GetRequest struct{ Token string }

func (*GetRequest) ProtoMessage() {}

type GetReply struct{ N int }

func (*GetReply) ProtoMessage() {}

type service struct{}

var byToken = map[string]int{}

// Get has the form of a method that gRPC serves.
func (service) Get(ctx context.Context, req *GetRequest) (*GetReply, error) {
	byToken[req.Token]++ // want `package variable byToken`
	return &GetReply{byToken[req.Token]}, ctx.Err()
}
