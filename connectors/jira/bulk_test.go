package jira

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// cutter cuts answers to bulk fetches of more than most issues short, as a proxy
// does that has a limit of its own.
type cutter struct {
	most  int
	asked int // bulk fetches
}

func (c *cutter) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/bulkfetch") {
		return http.DefaultTransport.RoundTrip(r)
	}
	c.asked++
	body, _ := io.ReadAll(r.Body)
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	var ask wireBulk
	if json.Unmarshal(body, &ask) == nil && len(ask.IDs) > c.most {
		answer = answer[:len(answer)/2]
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(answer)), int64(len(answer))
	resp.Header.Del("Content-Length")
	return resp, err
}

// TestAnswersThatComeBroken: a bulk fetch that is cut short every time would keep
// the pass from ever getting past it.
func TestAnswersThatComeBroken(t *testing.T) {
	for most, want := range map[int]int{100: 1, 3: 3, 1: 9} {
		sim, o := builtInAs(t, jirasim.Options{})
		c := &cutter{most: most}
		o.Transport = c
		tr := mustNew(t, o)
		var keys []roadmap.Key
		for _, is := range sim.Issues() {
			keys = append(keys, tr.key(is.ID))
		}
		items, err := tr.Fetch(t.Context(), keys, nil)
		if err != nil || len(items) != 5 || c.asked != want {
			t.Errorf("at most %d to an answer: %d items with %d requests, want 5 with %d; %v", most, len(items), c.asked, want, err)
		}
	}
	sim, o := builtInAs(t, jirasim.Options{})
	c := &cutter{}
	o.Transport = c
	tr := mustNew(t, o)
	var keys []roadmap.Key
	for _, is := range sim.Issues() {
		keys = append(keys, tr.key(is.ID))
	}
	if _, err := tr.Fetch(t.Context(), keys, nil); connectors.KindOf(err) != connectors.Temporary || c.asked != 3 {
		t.Errorf("where even one issue comes broken: %v after %d requests, want an end after 3", err, c.asked)
	}
}
