package jira

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// TestNoSecretIsTold: whatever goes wrong in whatever we do, by any way to sign
// in to either kind of Jira, neither the error nor the log at debug level tells
// the credential, even where the answer repeats it.
func TestNoSecretIsTold(t *testing.T) {
	const user, echo = "bot@acme.example", "{echo}" // replaced by the credential that came
	faults := map[string]http.HandlerFunc{
		"drop":     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"redirect": say(302, "", "Location", "https://"+echo+"@evil.example/login?token="+echo),
		"html":     say(200, "<html>"+echo, "Content-Type", "text/html"),
		"half":     say(200, `{"issues":[{"id":"`+echo),
		"other":    say(200, `{"`+echo+`":"`+echo+`","accountId":"`+echo+`"}`),
		"list":     say(200, `["`+echo+`"]`),
		"empty":    say(200, ""),
		"expired":  say(200, `{}`, "X-Seraph-LoginReason", "AUTHENTICATED_FAILED "+echo),
		"quota":    say(429, echo, "RateLimit-Reason", "jira-quota-"+echo, "Retry-After", "3600"),
		"burst":    say(429, echo, "Retry-After", echo),
		"away":     say(503, echo, "Retry-After", "3600"),
		"length":   say(200, "{}", "Content-Length", "9"),
	}
	for _, status := range []int{400, 401, 403, 404, 409, 410, 413, 422, 500, 502, 503} {
		faults[fmt.Sprint(status)] = say(status, `{"errorMessages":["for `+echo+`"],"errors":{"`+echo+`":"`+echo+`"},"message":"`+echo+`"}`)
	}
	key := roadmap.Key{Tracker: "jira", ID: "10004"}
	one := func(c roadmap.Change) func(context.Context, *Tracker) error {
		return func(ctx context.Context, tr *Tracker) error { return tr.Apply(ctx, []roadmap.Change{c})[0].Err }
	}
	operations := map[string]func(context.Context, *Tracker) error{
		"pull": func(ctx context.Context, tr *Tracker) error { _, err := tr.Pull(ctx, ""); return err },
		"fetch": func(ctx context.Context, tr *Tracker) error {
			_, err := tr.Fetch(ctx, []roadmap.Key{key}, nil)
			return err
		},
		"census": func(ctx context.Context, tr *Tracker) error { _, err := tr.Census(ctx, ""); return err },
		"comments": func(ctx context.Context, tr *Tracker) error {
			_, err := tr.Comments(ctx, []roadmap.Item{{Key: key}})
			return err
		},
		"label":   one(labelChange(key.ID, roadmap.AddLabel, "needs-goal", "needs-goal")),
		"comment": one(aComment(key.ID, "x", "")),
		"edit":    one(aComment(key.ID, "x", "77")),
		"check": func(ctx context.Context, tr *Tracker) error {
			probes, err := tr.Check(ctx)
			return fmt.Errorf("%s %w", table(probes), orNone(err))
		},
	}
	told := 0
	for kind, so := range bothKinds() {
		for _, auth := range []config.Auth{{Type: config.Basic, User: user}, {Type: config.Bearer}} {
			sim, o := builtInAs(t, so)
			sim.AddToken(user, testToken, "bot")
			sim.AddBearer(testToken, "bot")
			var fault atomic.Pointer[http.HandlerFunc]
			var after atomic.Int64 // requests that are answered as they should be
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if after.Add(-1) >= 0 {
					sim.ServeHTTP(w, r)
					return
				}
				(*fault.Load())(w, r)
			}))
			o.Config.URL = server.URL
			if so.DataCenter != nil {
				o.Config.URL += so.DataCenter.ContextPath
			}
			o.Config.Auth = auth
			for name, f := range faults {
				fault.Store(&f)
				for what, do := range operations {
					for _, well := range []int64{0, 2, 4} { // at once, after we are known, later
						var log bytes.Buffer
						o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
						after.Store(well)
						err := do(t.Context(), mustNew(t, o))
						if err != nil {
							told++
						}
						text := fmt.Sprintf("%v %+v %s", err, err, log.String())
						for _, secret := range []string{testToken, base64.StdEncoding.EncodeToString([]byte(user + ":" + testToken))} {
							if strings.Contains(text, secret) {
								t.Fatalf("%s, %s, %s, %s after %d: the secret is told: %s", kind, auth.Type, name, what, well, text)
							}
						}
					}
				}
			}
			server.Close()
		}
	}
	if told < 500 {
		t.Errorf("only %d errors were looked at", told)
	}
}

// orNone keeps a nil error from being wrapped.
func orNone(err error) error {
	if err == nil {
		return &connectors.Error{Err: io.EOF}
	}
	return err
}

// say answers with a status and a text, in which {echo} stands for the
// credential of the request as a careless server repeats it.
func say(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, cred, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if _, token, ok := r.BasicAuth(); ok {
			cred += " " + token
		}
		fill := strings.NewReplacer("{echo}", cred)
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], strings.ReplaceAll(fill.Replace(headers[i+1]), " ", "%20"))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, fill.Replace(body))
	}
}
