package jirasim

import "testing"

func TestSearchesThatGoWrong(t *testing.T) {
	x := newSite(t, Options{PageSize: 3})
	page := func(token string) answer {
		t.Helper()
		body := jsonObject{"jql": "project = PAY ORDER BY id ASC", "fields": []string{"summary"}}
		if token != "" {
			body["nextPageToken"] = token
		}
		return x.do("POST", "/search/jql", body).want(t, 200, "")
	}
	next := func(a answer) string { s, _ := a.Body["nextPageToken"].(string); return s }

	x.SetSearchFaults(SearchFaults{ShortBy: 2})
	first := page("")
	if first.keysOf() != "PAY-1" || next(first) == "" {
		t.Errorf("short by two: %s", first.Text)
	}
	second := page(next(first))
	if second.keysOf() != "PAY-2" {
		t.Errorf("short pages go on: %s", second.Text)
	}

	x.SetSearchFaults(SearchFaults{RepeatToken: true, ShortBy: 2})
	if again := page(next(first)); next(again) != next(first) {
		t.Errorf("a repeated token: %s", again.Text)
	}

	x.SetSearchFaults(SearchFaults{NoIsLast: true, Warnings: []string{"The index is being rebuilt."}})
	a := page("")
	if _, told := a.Body["isLast"]; told || next(a) == "" || a.at("warningMessages", 0) != "The index is being rebuilt." {
		t.Errorf("without isLast, with a warning: %s", a.Text)
	}
	if a = page(next(a)); next(a) != "" || a.Body["isLast"] != nil || a.keysOf() != "PAY-4" {
		t.Errorf("the last page has neither: %s", a.Text)
	}

	x.SetSearchFaults(SearchFaults{CountOff: -3})
	if a := x.do("POST", "/search/approximate-count", jsonObject{"jql": "project = PAY"}); a.at("count") != 1.0 {
		t.Errorf("count off by three: %s", a.Text)
	}

	x.SetSearchFaults(SearchFaults{})
	whole := page("")
	if whole.keysOf() != "PAY-1 PAY-2 PAY-3" || whole.Body["isLast"] != false {
		t.Errorf("without faults: %s", whole.Text)
	}
	x.Reset()
	x.do("POST", "/search/jql", jsonObject{"jql": "project = PAY ORDER BY id ASC", "fields": []string{"summary"}, "nextPageToken": next(whole)}).want(t, 400, "invalid or has expired")
}

// The count comes from the same index as the search, and is late with it.
func TestTheApproximateCountIsLate(t *testing.T) {
	x := newSite(t, Options{IndexLag: 2})
	x.Reindex()
	must(t, x.Delete("PAY-4"))
	count := func() any {
		return x.do("POST", "/search/approximate-count", jsonObject{"jql": "project = PAY"}).at("count")
	}
	if got := count(); got != 4.0 {
		t.Errorf("just after: %v", got)
	}
	x.Reindex()
	if got := count(); got != 3.0 {
		t.Errorf("caught up: %v", got)
	}
}
