package service

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What monitoring reads.
func TestHealthShapes(t *testing.T) {
	begin, end := make(chan struct{}), make(chan struct{})
	r := run(t, member(t, "acme", "@yearly", func(context.Context) error {
		close(begin)
		<-end
		return errors.New("eng: pull issues: 500")
	}))
	receive(t, begin, "the pass at start")
	shape := func() map[string]any {
		resp, err := http.Get(r.url + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got := resp.Header.Get("Content-Type"); got != "application/json" || resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%d %s", resp.StatusCode, got)
		}
		var doc map[string]any
		if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
			t.Fatal(err)
		}
		for _, o := range doc["orgs"].([]any) {
			o := o.(map[string]any)
			for _, times := range []string{"since", "last_pass"} {
				if s, ok := o[times].(string); ok {
					if _, err := time.Parse(time.RFC3339, s); err != nil || s[len(s)-1] != 'Z' {
						t.Errorf("%s is %s: no RFC 3339 time in UTC", times, s)
					}
					o[times] = "TIME"
				}
			}
		}
		return doc
	}
	want := map[string]any{"ready": false, "orgs": []any{map[string]any{
		"org": "acme", "state": "starting", "running": true, "since": "TIME", "last_pass": nil, "why": "",
	}}}
	if diff := cmp.Diff(want, shape()); diff != "" {
		t.Errorf("while the first pass runs: -want +got:\n%s", diff)
	}
	close(end)
	r.until("trouble", func(ready Ready) bool { return org(ready, "acme").State == Trouble })
	want["orgs"] = []any{map[string]any{
		"org": "acme", "state": "trouble", "running": false, "since": "TIME", "last_pass": "TIME", "why": "eng: pull issues: 500",
	}}
	if diff := cmp.Diff(want, shape()); diff != "" {
		t.Errorf("after it: -want +got:\n%s", diff)
	}
	resp, err := http.Get(r.url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || string(body) != "ok\n" {
		t.Errorf("/healthz: %d %q, error %v", resp.StatusCode, body, err)
	}
}

// Since when a state has held does not move while it holds, and an interrupted
// pass says nothing of an org.
func TestStatesHold(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var h health
	h.start([]Member{{Name: "acme"}}, start)
	bad := errors.New("it rains")
	for i, c := range []struct {
		err   error
		state State
		since int // minutes
		last  int // minutes; -1: none
	}{
		{errInterrupted, Starting, 0, -1},
		{bad, Trouble, 1, 1},
		{bad, Trouble, 1, 2},
		{nil, OK, 3, 3},
		{errInterrupted, OK, 3, 3},
		{nil, OK, 3, 5},
		{bad, Trouble, 6, 6},
	} {
		h.running("acme", start)
		h.ended("acme", start.Add(time.Duration(i)*time.Minute), c.err)
		got := h.orgs[0]
		last := -1
		if got.Last != nil {
			last = int(got.Last.Sub(start).Minutes())
		}
		if got.State != c.state || int(got.Since.Sub(start).Minutes()) != c.since || last != c.last || got.Running {
			t.Errorf("step %d: %+v", i, got)
		}
	}
}
