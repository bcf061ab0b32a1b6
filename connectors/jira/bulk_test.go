package jira

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// cutter cuts answers that hold more than most issues short, as a proxy does that
// has a limit of its own.
type cutter struct {
	most  int
	asked int // searches and bulk fetches
}

func (c *cutter) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/bulkfetch") && !strings.Contains(r.URL.Path, "/search") {
		return http.DefaultTransport.RoundTrip(r)
	}
	c.asked++
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	var found wireBulkFound
	if json.Unmarshal(answer, &found) == nil && found.Issues != nil && len(*found.Issues) > c.most {
		answer = answer[:len(answer)/2]
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(answer)), int64(len(answer))
	resp.Header.Del("Content-Length")
	return resp, err
}

// TestAnswersThatComeBroken: an answer that is cut short every time would keep
// the pass from ever getting past it. Asked for in halves it comes, down to one
// issue.
func TestAnswersThatComeBroken(t *testing.T) {
	for kind, so := range bothKinds() {
		for most, requests := range map[int]int{100: 1, 30: 3, 1: 0, 0: 0} { // of a fetch on Cloud; 0: not counted
			t.Run(fmt.Sprintf("%s, at most %d", kind, most), func(t *testing.T) {
				sim, o := builtInAs(t, so)
				for range singlesMost { // more than Data Center reads one by one
					if _, err := sim.AddIssue(jirasim.Issue{Project: "PAY", Type: "Story", Summary: "S"}); err != nil {
						t.Fatal(err)
					}
				}
				c := &cutter{most: most}
				o.Transport, o.PageSize = c, 40
				tr := mustNew(t, o)
				var keys []roadmap.Key
				for _, is := range sim.Issues() {
					keys = append(keys, tr.key(is.ID))
				}
				items, err := tr.Fetch(t.Context(), keys, nil)
				if most == 0 {
					if connectors.KindOf(err) != connectors.Temporary || c.asked > 10 {
						t.Errorf("where even one issue comes broken: %v after %d requests", err, c.asked)
					}
				} else if err != nil || len(items) != len(keys) || requests > 0 && kind == "Cloud" && c.asked != requests {
					t.Errorf("%d items with %d requests, want %d with %d; %v", len(items), c.asked, len(keys), requests, err)
				}
				got, err := pullAll(t, mustNew(t, o), "")
				there := map[string]bool{}
				for _, ref := range got.items {
					there[ref] = true
				}
				switch {
				case most == 0 && connectors.KindOf(err) != connectors.Temporary:
					t.Errorf("where even one issue comes broken: %v", err)
				case most > 0 && (err != nil || len(there) != len(keys)):
					t.Errorf("pulled %d, want %d: %v", len(there), len(keys), err)
				}
			})
		}
	}
}
