package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

// maxAnswer is how many bytes of an answer are read: the profile of a million
// goroutines is a tenth of that.
const maxAnswer = 64 << 20

const maxRedirects = 5

// A server is where profiles come from.
type server struct {
	base    *url.URL // without user and password
	user    *url.Userinfo
	timeout time.Duration // of a request, with its answer
	limit   int64         // bytes of an answer
	client  *http.Client
}

// newServer returns the server of which raw is the URL of the profiles. The error
// is one line and has nothing in it of a password.
func newServer(raw string, timeout time.Duration) (*server, error) {
	base, err := url.Parse(raw)
	switch {
	case err != nil && strings.Contains(raw, "@"):
		return nil, errors.New("the URL does not parse; write special characters of a password as %XX")
	case err != nil:
		return nil, fmt.Errorf("the URL does not parse: %w", errors.Unwrap(err))
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New("the URL has to begin with http:// or https://")
	case base.Hostname() == "":
		return nil, errors.New("the URL names no host")
	}
	s := &server{user: base.User, timeout: timeout, limit: maxAnswer}
	base.User, base.Fragment = nil, ""
	if base.Path == "" || base.Path == "/" {
		base.Path = "/debug/pprof"
	}
	s.base = base
	s.client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone(), CheckRedirect: s.follow}
	return s, nil
}

// String returns the URL as it may be shown: parameters may be secrets, too.
func (s *server) String() string { return s.shown(s.base) }

func (s *server) shown(u *url.URL) string {
	return plain((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String())
}

// follow refuses redirects that hand on the password to others, or in the clear.
func (s *server) follow(next *http.Request, before []*http.Request) error {
	from, to := before[0].URL, next.URL
	switch {
	case to.Scheme != from.Scheme && to.Scheme != "https":
		return refused{fmt.Sprintf("redirects from https to %s, which is not followed", plain(to.Scheme))}
	case to.Scheme == from.Scheme && !strings.EqualFold(to.Host, from.Host), !strings.EqualFold(to.Hostname(), from.Hostname()):
		return refused{fmt.Sprintf("redirects to %s, another host, which is not followed", plain(to.Host))}
	case len(before) > maxRedirects:
		return refused{fmt.Sprintf("redirects more than %d times", maxRedirects)}
	}
	return nil
}

// refused is the error of an answer that asking again does not mend.
type refused struct{ text string }

// Error returns what is wrong, on one line.
func (r refused) Error() string { return r.text }

func isRefused(err error) bool {
	_, ok := errors.AsType[refused](err)
	return ok
}

// errMissing is the error of an answer that there is no such profile.
var errMissing error = refused{"404 Not Found; does the program import net/http/pprof, and serve it at this path?"}

// get returns the answer to a request for a profile. The error is one line that
// begins with the URL: refused if the answer will be no other next time, that of
// ctx if it is cancelled.
func (s *server) get(ctx context.Context, name string, collect bool) ([]byte, error) {
	u := s.base.JoinPath(name)
	if collect {
		query := u.Query()
		query.Set("gc", "1")
		u.RawQuery = query.Encode()
	}
	body, err := s.request(ctx, u)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%s: %w", s.shown(u), err)
	}
	return body, nil
}

func (s *server) request(ctx context.Context, u *url.URL) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "memlint")
	if s.user != nil {
		password, _ := s.user.Password()
		req.SetBasicAuth(s.user.Username(), password)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, s.cause(err)
	}
	defer resp.Body.Close()
	if err := s.accept(resp); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, s.limit+1))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("the answer took longer than %v (-timeout); there were %s of it", s.timeout, report.Bytes(float64(len(body))))
	case err != nil:
		return nil, fmt.Errorf("the answer broke off after %s: %s", report.Bytes(float64(len(body))), plain(err.Error()))
	case int64(len(body)) > s.limit:
		return nil, refused{fmt.Sprintf("the answer is larger than %s", report.Bytes(float64(s.limit)))}
	case len(body) == 0:
		return nil, refused{"the answer is empty"}
	case body[0] == '<':
		return nil, errPage
	}
	return body, nil
}

var errPage = refused{"the answer is a web page and no profile; is there a login before it, or another path?"}

// accept returns an error for an answer that has no profile in it.
func (s *server) accept(resp *http.Response) error {
	// The words behind the number are the server's.
	status := strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", http.StatusText(resp.StatusCode)))
	switch code := resp.StatusCode; {
	case code == http.StatusOK && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"):
		return errPage
	case code == http.StatusOK:
		return nil
	case code == http.StatusNotFound:
		return errMissing
	case code == http.StatusUnauthorized && s.user == nil:
		return refused{status + "; user and password go into the URL: " + s.base.Scheme + "://user:password@" + plain(s.base.Host)}
	case code == http.StatusUnauthorized:
		return refused{status + "; it does not take this user and password"}
	case code == http.StatusForbidden:
		return refused{status + "; it does not let this user, or this machine, have profiles"}
	case code >= 500 || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout:
		return errors.New(status)
	}
	return refused{status}
}

// cause returns what is behind an error of the client, without the URL.
func (s *server) cause(err error) error {
	if r, ok := errors.AsType[refused](err); ok {
		return r
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer within %v (-timeout)", s.timeout)
	case nobodyListens(err):
		return errors.New("connection refused; nothing listens there")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it hung up without an answer")
	}
	return errors.New(plain(err.Error()))
}
