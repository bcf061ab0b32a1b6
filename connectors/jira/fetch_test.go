package jira

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

func TestFetch(t *testing.T) {
	s := newSite(t)
	s.on("POST issue/bulkfetch",
		ok(`{"issues":[`+issueJSON(7, "NEW-1", "2026-03-01T10:00:00.000+0000")+`,`+issueJSON(7, "NEW-1", "2026-03-01T10:00:00.000+0000")+`]}`),
		ok(`{"issues":[]}`))
	var keys []roadmap.Key
	for i := range 120 {
		keys = append(keys, roadmap.Key{Tracker: "jira", ID: fmt.Sprint(1000 + i)})
	}
	keys = append(keys, roadmap.Key{Tracker: "eng", ID: "5"}, roadmap.Key{Tracker: "jira", ID: "no-number"}, keys[0])
	items, err := s.tracker(t, nil).Fetch(t.Context(), keys, []roadmap.Ref{"jira:OLD-1", "jira:not a key", "eng:ENG-1", "jira:GROW"})
	if err != nil || len(items) != 1 || items[0].Ref != "jira:NEW-1" || items[0].InScope {
		t.Fatal(items, err)
	}
	asked := s.requests("POST issue/bulkfetch")
	var sizes []int
	seen := map[string]bool{}
	for _, a := range asked {
		var b wireBulk
		if err := json.Unmarshal([]byte(a.body), &b); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(b.IDs))
		for _, id := range b.IDs {
			seen[id] = true
		}
	}
	if fmt.Sprint(sizes) != "[100 21]" || !seen["OLD-1"] || seen["5"] || seen["GROW"] {
		t.Errorf("asked for %v in %v", seen, sizes)
	}

	s.on("POST issue/bulkfetch", ok(`{"issues":[],"issueErrors":[{"id":"1","errorMessage":"try later"}]}`))
	_, err = s.tracker(t, nil).Fetch(t.Context(), keys[:1], nil)
	if connectors.KindOf(err) != connectors.Temporary || !strings.Contains(err.Error(), "try later") {
		t.Errorf("an issue that could not be read: %v", err)
	}
	before := len(s.requests("POST issue/bulkfetch"))
	if items, err := s.tracker(t, nil).Fetch(t.Context(), nil, nil); err != nil || items != nil || len(s.requests("POST issue/bulkfetch")) != before {
		t.Errorf("nothing asked for: %v, %v", items, err)
	}
}
