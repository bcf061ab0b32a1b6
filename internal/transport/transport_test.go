package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const secret = "s3cr3t-t0ken"

// server answers with the handlers in turn, the last one for ever, and counts.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
	body []string
}

func serve(t *testing.T, handlers ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.seen = append(s.seen, r)
		s.body = append(s.body, string(b))
		h := handlers[min(len(s.seen), len(handlers))-1]
		s.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}

func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, http.StatusText(code))
	}
}

// cut promises more than it sends and closes the connection.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, "half")
	panic(http.ErrAbortHandler)
}

// hang takes the request and closes the connection without an answer.
func hang(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func client(t *testing.T, base string, s Safety, change func(*Options)) *http.Client {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Base:      u,
		Authorize: func(r *http.Request) { r.SetBasicAuth("bot", secret) },
		UserAgent: "alignd/test",
		Rate:      1000,
		WaitMin:   time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	return New(o, s)
}

func post(ctx context.Context, c *http.Client, to string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(`{"n":1}`))
	if err != nil {
		return 0, "", err
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func TestWhatIsTriedAgain(t *testing.T) {
	const fine = http.StatusOK
	for _, tt := range []struct {
		name          string
		first         http.HandlerFunc
		reads, writes int  // attempts, the second one answering 200
		fails         bool // for writes: no answer at all
	}{
		{"200", status(200), 1, 1, false},
		{"400 is final", status(400), 1, 1, false},
		{"401 is final", status(401), 1, 1, false},
		{"403 is final", status(403), 1, 1, false},
		{"408", status(408), 2, 1, false},
		{"429 was refused before it was done", status(429), 2, 2, false},
		{"429 with Retry-After 0", status(429, "Retry-After", "0"), 2, 2, false},
		{"429 that asks for more than we wait", status(429, "Retry-After", "3600"), 1, 1, false},
		{"500 may have been done", status(500), 2, 1, false},
		{"501 is final", status(501), 1, 1, false},
		{"502 may have been done", status(502), 2, 1, false},
		{"503 may have been done", status(503), 2, 1, false},
		{"503 with Retry-After was not", status(503, "Retry-After", "0"), 2, 2, false},
		{"503 with the retry-after of every answer", status(503, "Retry-After", "0", "X-RateLimit-Interval-Seconds", "1"), 2, 1, false},
		{"503 that asks for more than we wait", status(503, "Retry-After", "3600"), 1, 1, false},
		{"504 may have been done", status(504), 2, 1, false},
		{"no answer may have been done", hang, 2, 1, true},
		{"half an answer may have been done", cut, 2, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for safety, want := range map[Safety]int{Reads: tt.reads, Writes: tt.writes} {
				s := serve(t, tt.first, status(fine))
				code, body, err := post(t.Context(), client(t, s.URL, safety, nil), s.URL)
				if got := s.count(); got != want {
					t.Errorf("safety %d: %d attempts, want %d", safety, got, want)
				}
				switch {
				case want == 2 && (err != nil || code != fine):
					t.Errorf("safety %d: after two attempts: %d, %v", safety, code, err)
				case want == 1 && tt.fails && (err == nil || errors.Is(err, ErrNotSent)):
					t.Errorf("safety %d: a sent request without answer gave %v", safety, err)
				case want == 1 && !tt.fails && (err != nil || body != http.StatusText(code)):
					t.Errorf("safety %d: the answer did not reach the caller: %d %q %v", safety, code, body, err)
				}
				for _, b := range s.body {
					if b != `{"n":1}` {
						t.Errorf("an attempt carried the body %q", b)
					}
				}
			}
		})
	}
}

func TestTheLastAnswerIsReturned(t *testing.T) {
	s := serve(t, status(503))
	code, body, err := post(t.Context(), client(t, s.URL, Reads, nil), s.URL)
	if err != nil || code != 503 || body != "Service Unavailable" || s.count() != defaultAttempts {
		t.Errorf("got %d %q %v after %d attempts", code, body, err, s.count())
	}
}

func TestNoConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	_ = l.Close()
	for _, safety := range []Safety{Reads, Writes} {
		dials := 0
		c := client(t, base, safety, func(o *Options) {
			o.Transport = &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				dials++
				return (&net.Dialer{}).DialContext(ctx, network, addr)
			}}
		})
		_, _, err = post(t.Context(), c, base)
		if !errors.Is(err, ErrNotSent) {
			t.Errorf("safety %d: %v is not ErrNotSent", safety, err)
		}
		if dials != defaultAttempts {
			t.Errorf("safety %d: %d attempts to connect, want %d", safety, dials, defaultAttempts)
		}
	}
}

func TestUnknownHostIsSaidAtOnce(t *testing.T) {
	dials := 0
	c := client(t, "http://jira.invalid", Reads, func(o *Options) {
		o.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			dials++
			return nil, &net.DNSError{Err: "no such host", Name: "jira.invalid", IsNotFound: true}
		}}
	})
	_, _, err := post(t.Context(), c, "http://jira.invalid/x")
	if dials != 1 || err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("%d attempts, %v", dials, err)
	}
}

func TestTimeoutIsPerAttempt(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}, status(200))
	defer close(release)
	code, _, err := post(t.Context(), client(t, s.URL, Reads, func(o *Options) { o.Timeout = 50 * time.Millisecond }), s.URL)
	if err != nil || code != 200 || s.count() != 2 {
		t.Errorf("got %d, %v after %d attempts", code, err, s.count())
	}

	s2 := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, _, err = post(t.Context(), client(t, s2.URL, Writes, func(o *Options) { o.Timeout = 20 * time.Millisecond }), s2.URL)
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNotSent) || !strings.Contains(err.Error(), "no answer from 127.0.0.1") {
		t.Errorf("a write that timed out: %v", err)
	}
}

func TestCancelEndsTheWait(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, status(429, "Retry-After", "30"))
	c := client(t, s.URL, Writes, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil }),
			&slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	_, _, err := post(ctx, c, s.URL)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrNotSent) || s.count() != 1 {
		t.Errorf("%v after %d attempts; want cancelled, and known as not done", err, s.count())
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestHeaders(t *testing.T) {
	s := serve(t, status(500), status(200))
	c := client(t, s.URL, Reads, func(o *Options) { o.Headers = map[string]string{"X-Force-Accept-Language": "true"} })
	if _, _, err := post(t.Context(), c, s.URL+"/x"); err != nil {
		t.Fatal(err)
	}
	for i, r := range s.seen {
		user, pass, _ := r.BasicAuth()
		if user != "bot" || pass != secret || len(r.Header.Values("Authorization")) != 1 {
			t.Errorf("attempt %d: credential %q", i+1, r.Header.Values("Authorization"))
		}
		for name, want := range map[string]string{"User-Agent": "alignd/test", "Accept": "application/json", "X-Force-Accept-Language": "true"} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("attempt %d: %s is %q, want %q", i+1, name, got, want)
			}
		}
	}
}

func TestTheCredentialIsOursToAdd(t *testing.T) {
	s := serve(t, status(200))
	c := client(t, s.URL, Reads, func(o *Options) { o.Authorize = nil })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer of-the-caller")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := s.seen[0].Header.Get("Authorization"); got != "" {
		t.Errorf("sent %q", got)
	}
}

func TestForeignHost(t *testing.T) {
	other := serve(t, status(200))
	c := client(t, "http://jira.example", Reads, nil)
	_, _, err := post(t.Context(), c, other.URL+"/x")
	if !errors.Is(err, ErrForeignHost) || other.count() != 0 {
		t.Errorf("%v, and %d requests reached it", err, other.count())
	}
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"https://a.example/x", "https://A.example:443", true},
		{"http://a.example:80", "http://a.example", true},
		{"http://a.example", "https://a.example", false},
		{"https://a.example:8443", "https://a.example", false},
		{"https://a.example.evil", "https://a.example", false},
	} {
		a, _ := url.Parse(tt.a)
		b, _ := url.Parse(tt.b)
		if sameHost(a, b) != tt.same {
			t.Errorf("sameHost(%s, %s) is not %v", tt.a, tt.b, tt.same)
		}
	}
}

func TestRedirectIsRefused(t *testing.T) {
	target := serve(t, status(200))
	for _, code := range []int{301, 302, 303, 307, 308} {
		to := strings.Replace(target.URL, "http://", "http://eve:pw1@", 1) + "/login?continue=tok"
		s := serve(t, status(code, "Location", to))
		_, _, err := post(t.Context(), client(t, s.URL, Reads, nil), s.URL)
		if !errors.Is(err, ErrRedirect) || !strings.Contains(err.Error(), target.URL+"/login") {
			t.Fatalf("%d: %v", code, err)
		}
		for _, leak := range []string{"eve", "pw1", "tok", secret} {
			if strings.Contains(err.Error(), leak) {
				t.Errorf("%d: the error tells %q: %v", code, leak, err)
			}
		}
		if s.count() != 1 || target.count() != 0 {
			t.Errorf("%d: %d requests, and %d to the target", code, s.count(), target.count())
		}
	}
}

func TestTooLarge(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), 2000)) })
	_, _, err := post(t.Context(), client(t, s.URL, Reads, func(o *Options) { o.MaxBody = 1999 }), s.URL)
	if !errors.Is(err, ErrTooLarge) || s.count() != 1 {
		t.Errorf("%v after %d attempts", err, s.count())
	}
	_, body, err := post(t.Context(), client(t, s.URL, Reads, func(o *Options) { o.MaxBody = 2000 }), s.URL)
	if err != nil || len(body) != 2000 {
		t.Errorf("an answer of just the limit: %d bytes, %v", len(body), err)
	}
}

func TestSecretsStayInside(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := serve(t, status(500), hang)
	_, _, err := post(t.Context(), client(t, s.URL, Reads, func(o *Options) { o.Log = log }), s.URL+"/x?key=q")
	if err == nil || logged.Len() == 0 {
		t.Fatalf("want an error and a log, got %v and %q", err, logged.String())
	}
	for _, text := range []string{err.Error(), logged.String()} {
		if strings.Contains(text, secret) || strings.Contains(text, "Basic ") {
			t.Errorf("the credential is told: %s", text)
		}
	}
}

func TestHowLongToWait(t *testing.T) {
	const date = "Sun, 22 Nov 2026 12:00:00 GMT"
	for _, tt := range []struct {
		name    string
		status  int
		headers map[string]string
		want    time.Duration
	}{
		{"nothing said", 429, nil, 0},
		{"seconds", 429, map[string]string{"Retry-After": "12"}, 12 * time.Second},
		{"an HTTP date", 503, map[string]string{"Retry-After": "Sun, 22 Nov 2026 12:00:07 GMT", "Date": date}, 7 * time.Second},
		{"a date gone by", 503, map[string]string{"Retry-After": "Sun, 22 Nov 2026 11:00:00 GMT", "Date": date}, 0},
		{"seconds go before the reset", 429, map[string]string{"Retry-After": "3", "X-RateLimit-Reset": "2026-11-22T12:01Z", "Date": date}, 3 * time.Second},
		{"reset without seconds", 429, map[string]string{"X-RateLimit-Reset": "2026-11-22T12:01Z", "Date": date}, time.Minute},
		{"reset with seconds and offset", 429, map[string]string{"X-RateLimit-Reset": "2026-11-22T13:00:05+01:00", "Date": date}, 5 * time.Second},
		{"a reset on an ordinary answer is no order", 503, map[string]string{"X-RateLimit-Reset": "2026-11-22T12:01Z", "Date": date}, 0},
		{"Data Center: until there are new tokens", 429, map[string]string{"X-RateLimit-Interval-Seconds": "60", "X-RateLimit-Remaining": "0"}, time.Minute},
		{"Data Center: the interval of an ordinary answer is no order", 503, map[string]string{"X-RateLimit-Interval-Seconds": "60"}, 0},
		{"Data Center: tokens remain", 429, map[string]string{"Retry-After": "0", "X-RateLimit-Interval-Seconds": "60"}, 0},
		{"nonsense", 429, map[string]string{"Retry-After": "soon", "X-RateLimit-Reset": "later", "Date": date}, 0},
		{"a number beyond time", 429, map[string]string{"Retry-After": "9223372036854775807"}, 365 * 24 * time.Hour},
		{"below nothing", 429, map[string]string{"Retry-After": "-5"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp := &http.Response{StatusCode: tt.status, Header: http.Header{}}
			for k, v := range tt.headers {
				resp.Header.Set(k, v)
			}
			if got := RetryAfter(resp); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	if RetryAfter(nil) != 0 {
		t.Error("no answer asks for nothing")
	}
}

func TestGrowingWait(t *testing.T) {
	p := &policy{waitMin: 2 * time.Second, waitMax: 60 * time.Second, pace: NewPace(0), log: slog.New(slog.DiscardHandler)}
	for attempt, middle := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second} {
		low, high := time.Duration(0.7*float64(middle)), time.Duration(1.3*float64(middle))
		seen := map[time.Duration]bool{}
		for range 100 {
			d := p.wait(0, 0, attempt, nil)
			seen[d] = true
			if d < low || d > high {
				t.Fatalf("wait %d is %s, outside %s to %s", attempt, d, low, high)
			}
		}
		if len(seen) < 2 {
			t.Errorf("wait %d never varies", attempt)
		}
	}
	for _, attempt := range []int{10, 100} {
		if d := p.wait(0, 0, attempt, nil); d > p.waitMax || d < p.waitMax/2 {
			t.Errorf("wait %d is %s, want near %s", attempt, d, p.waitMax)
		}
	}
}

// What a server asks for is waited for as it stands; "0" from a server that has
// just refused us, and nothing at all, get the growing wait.
func TestWaitAsTold(t *testing.T) {
	p := &policy{waitMin: 2 * time.Second, waitMax: 60 * time.Second, pace: NewPace(0), log: slog.New(slog.DiscardHandler)}
	for _, tt := range []struct {
		after     string
		low, high time.Duration
		again     bool
	}{
		{"7", 7 * time.Second, 7 * time.Second, true},
		{"60", 60 * time.Second, 60 * time.Second, true},
		{"61", 61 * time.Second, 61 * time.Second, false},
		{"Sun, 22 Nov 2026 12:00:07 GMT", 7 * time.Second, 7 * time.Second, true},
		{"Sun, 22 Nov 2026 12:01:01 GMT", 61 * time.Second, 61 * time.Second, false},
		{"0", 1400 * time.Millisecond, 2600 * time.Millisecond, true},
		{"", 1400 * time.Millisecond, 2600 * time.Millisecond, true},
	} {
		resp := &http.Response{StatusCode: 429, Header: http.Header{}, Request: &http.Request{URL: &url.URL{}}}
		resp.Header.Set("Date", "Sun, 22 Nov 2026 12:00:00 GMT")
		if tt.after != "" {
			resp.Header.Set("Retry-After", tt.after)
		}
		if d := p.wait(0, 0, 0, resp); d < tt.low || d > tt.high {
			t.Errorf("Retry-After %q: %s, want %s to %s", tt.after, d, tt.low, tt.high)
		}
		if again, err := p.again(t.Context(), resp, nil); again != tt.again || err != nil {
			t.Errorf("Retry-After %q: again is %v, %v", tt.after, again, err)
		}
	}
}

func TestPaceIsShared(t *testing.T) {
	s := serve(t, status(200))
	pace := NewPace(1) // a burst of one, then one a second
	reads := client(t, s.URL, Reads, func(o *Options) { o.Pace = pace })
	writes := client(t, s.URL, Writes, func(o *Options) { o.Pace = pace })
	if _, _, err := post(t.Context(), reads, s.URL); err != nil {
		t.Fatal(err)
	}
	// The next turn is a second away, which this deadline does not reach.
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, _, err := post(ctx, writes, s.URL); !errors.Is(err, ErrNotSent) {
		t.Errorf("the second client did not wait for its turn: %v", err)
	}
	if s.count() != 1 {
		t.Errorf("%d requests, want 1", s.count())
	}
}
