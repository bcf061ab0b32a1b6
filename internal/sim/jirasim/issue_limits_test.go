package jirasim

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestAnIssueThatIsFull(t *testing.T) {
	x := newSite(t, Options{})
	x.SetIssueLimits(IssueLimits{Comments: 2, Labels: 3})
	say := func() answer { return x.do("POST", "/issue/PAY-2/comment", jsonObject{"body": "b"}) }
	say().want(t, 201, "")
	last := say().want(t, 201, "")
	say().want(t, 413, `"errorMessages":["The limit of 2 comments`)
	x.do("PUT", "/issue/PAY-2/comment/"+last.Body["id"].(string), jsonObject{"body": "edited"}).want(t, 200, "edited")
	x.do("POST", "/issue/PAY-4/comment", jsonObject{"body": "b"}).want(t, 201, "")

	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "three"}, jsonObject{"add": "three"})).want(t, 204, "")
	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": "four"})).want(t, 400, `"labels":"The number of labels exceeds the limit of 3`)
	x.SetIssueLimits(IssueLimits{Labels: 1})
	x.do("PUT", "/issue/PAY-2", labels(jsonObject{"remove": "three"})).want(t, 204, "") // fewer is always allowed
}

// Labels may be missing from the edit screen of one issue type alone.
func TestLabelsOffTheScreenOfOneType(t *testing.T) {
	x := newSite(t, Options{})
	x.AddProject(Project{Key: "PAY", Name: "Payments", NoLabelsOn: []string{"bug"}})
	for key, on := range map[string]bool{"PAY-2": true, "PAY-4": false} {
		if got := x.do("GET", "/issue/"+key+"/editmeta", nil).at("fields", "labels") != nil; got != on {
			t.Errorf("%s: editmeta tells of labels: %v", key, got)
		}
		a := x.do("PUT", "/issue/"+key, labels(jsonObject{"add": "a"}))
		if on {
			a.want(t, 204, "")
		} else {
			a.want(t, 400, `"labels":"Field 'labels' cannot be set. It is not on the appropriate screen, or unknown."`)
		}
	}
}

func TestLimitsOfProperties(t *testing.T) {
	long := strings.Repeat("x", 32767) // with its quotes one too many
	for _, k := range []struct {
		name, key string
		value     any
		status    int
	}{
		{"plain", "alignd", jsonObject{"run": 1}, 204},
		{"longest key", strings.Repeat("k", 255), 1, 204},
		{"key too long", strings.Repeat("k", 256), 1, 400},
		{"no key", "", 1, 400},
		{"longest value", "alignd", long[:32766], 204},
		{"value too long", "alignd", long, 400},
	} {
		t.Run(k.name, func(t *testing.T) {
			x := newSite(t, Options{})
			edit := labels(jsonObject{"add": "new"})
			edit["properties"] = []any{jsonObject{"key": k.key, "value": k.value}}
			x.do("PUT", "/issue/PAY-2", edit).want(t, k.status, "")
			i, _ := x.Issue("PAY-2")
			kept := x.IssueProperties("PAY-2")
			if done := strings.Contains(strings.Join(i.Labels, " "), "new"); done != (k.status == 204) || (len(kept) == 1) != done {
				t.Errorf("labels %v and properties %v: both or neither", i.Labels, kept)
			}
			if k.status == 204 {
				got := x.do("POST", "/issue/bulkfetch", jsonObject{"issueIdsOrKeys": []string{"PAY-2"}, "fields": []string{"labels"}, "properties": []string{k.key, "other"}})
				if p, _ := got.at("issues", 0, "properties").(map[string]any); len(p) != 1 || p[k.key] == nil {
					t.Errorf("read back: %.200s", got.Text)
				}
				if p, _ := x.do("GET", "/issue/PAY-2?properties="+k.key, nil).at("properties").(map[string]any); p[k.key] == nil {
					t.Error("not with the issue")
				}
			}
		})
	}
}

// People and the bot change labels at the same time, and nobody's change is lost.
func TestLabelsByManyHands(t *testing.T) {
	x := newSite(t, Options{})
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() {
			if n%2 == 0 {
				x.do("PUT", "/issue/PAY-2", labels(jsonObject{"add": fmt.Sprint("bot-", n)}))
				return
			}
			if err := x.Edit("PAY-2", "ana", func(i *Issue) { i.Labels = append(i.Labels, fmt.Sprint("ana-", n)) }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if i, _ := x.Issue("PAY-2"); len(i.Labels) != 22 {
		t.Errorf("%d labels: %v", len(i.Labels), i.Labels)
	}
}
