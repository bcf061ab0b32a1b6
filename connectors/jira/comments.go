package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

const (
	markProperty     = "alignd"            // comment property that holds the Mark
	internalProperty = "sd.public.comment" // Jira Service Management's switch for internal comments
	listMost         = 1000                // ids in one comment/list
	commentsPage     = 100
)

// talk is what was found on one issue.
type talk struct {
	issue    string          // id
	comments []wireComment   // of our account, with their properties
	record   json.RawMessage // our record of labels; nil: none
}

// recordKey names the issue property that holds our record: which labels of the
// issue are ours, so that this is known where there is no comment to say so.
func (t *Tracker) recordKey() string { return markProperty + "." + t.o.Org }

// Comments finds our own comments: our account wrote them, and they carry a mark
// of this org as a comment property, which nobody can copy by copying text. An
// issue's record of our labels holds over what its comment says of them.
func (t *Tracker) Comments(ctx context.Context, items []roadmap.Item) ([]roadmap.Comment, error) {
	if err := t.login(ctx); err != nil {
		return nil, err
	}
	place := map[string]int{} // issue id -> place of its item
	var want []string
	for i, it := range items {
		if it.Key.Tracker != t.name || !issueID.MatchString(it.Key.ID) {
			continue
		}
		if _, twice := place[it.Key.ID]; !twice {
			place[it.Key.ID] = i
			want = append(want, it.Key.ID)
		}
	}
	talks, err := t.kind.talk(ctx, want)
	if err != nil {
		return nil, err
	}
	type dated struct {
		roadmap.Comment
		at time.Time
	}
	var ours []dated
	for _, tk := range talks {
		labels, recorded := recordedLabels(tk.record)
		marked := false
		for _, c := range tk.comments {
			mark, ok := t.mark(c)
			if !ok {
				continue
			}
			if marked = true; recorded {
				mark.Labels = labels
			}
			at, _ := parseTime(c.Created) // not readable: first; ids decide then
			edited, _ := parseTime(c.Updated)
			ours = append(ours, dated{roadmap.Comment{Key: t.key(tk.issue), Remote: c.ID, Mark: mark, Body: clean(c.Body), Edited: edited, Editor: t.editor(c)}, at})
		}
		if recorded && !marked {
			ours = append(ours, dated{Comment: roadmap.Comment{Key: t.key(tk.issue), Mark: roadmap.Mark{Org: t.o.Org, Labels: labels}}})
		}
	}
	slices.SortFunc(ours, func(a, b dated) int {
		return cmp.Or(cmp.Compare(place[a.Key.ID], place[b.Key.ID]), a.at.Compare(b.at), compareIDs(a.Remote, b.Remote))
	})
	out := make([]roadmap.Comment, len(ours))
	for i, c := range ours {
		out[i] = c.Comment
	}
	return out, nil
}

// editor tells who edited our comment last: who may edit all comments of a
// project can edit ours.
func (t *Tracker) editor(c wireComment) roadmap.Editor {
	switch {
	case c.Editor.AccountID == "" && c.Editor.Name == "":
		return roadmap.EditorUnknown
	case t.kind.same(c.Editor, *t.me):
		return roadmap.EditorUs
	}
	return roadmap.EditorOther
}

// recordedLabels reads our record off an issue, never nil where there is one.
func recordedLabels(raw json.RawMessage) (labels []string, recorded bool) {
	var r struct {
		Labels *[]string `json:"labels"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &r) != nil || r.Labels == nil {
		return nil, false
	}
	return append([]string{}, tidy(*r.Labels)...), true
}

// commentsOf gives an issue's comments. What comes with the issue may be a part
// of them, the oldest ones: then they are paged.
func (t *Tracker) commentsOf(ctx context.Context, is wireIssue) ([]wireComment, error) {
	var embedded wireComments
	if is.Fields.read("comment", &embedded) && embedded.Total <= len(embedded.Comments) {
		return embedded.Comments, nil
	}
	return t.pageComments(ctx, is, "")
}

// pageComments reads an issue's comments from their own list; expand says what
// comes with each.
func (t *Tracker) pageComments(ctx context.Context, is wireIssue, expand string) ([]wireComment, error) {
	var all []wireComment
	for {
		q := url.Values{"startAt": {strconv.Itoa(len(all))}, "maxResults": {strconv.Itoa(commentsPage)}, "orderBy": {"created"}}
		if expand != "" {
			q.Set("expand", expand)
		}
		var page wireComments
		r := request{op: "read comments of " + is.Key, method: http.MethodGet, path: "rest/api/2/issue/" + url.PathEscape(is.ID) + "/comment?" + q.Encode()}
		if err := t.call(ctx, r, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Comments...)
		if len(all) >= page.Total {
			return all, nil
		}
		if len(page.Comments) == 0 {
			return nil, t.fail(r.op, connectors.Temporary, fmt.Errorf("%d of %d comments were given", len(all), page.Total), "")
		}
	}
}

// marked reads comments again, with their properties.
func (t *Tracker) marked(ctx context.Context, ids []string) ([]wireComment, error) {
	var numbers []int64
	for _, id := range ids {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, t.fail("read our comments", connectors.Temporary, fmt.Errorf("%q is not a comment's id", cut(visible(id), 40)), "")
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	var all []wireComment
	for some := range slices.Chunk(slices.Compact(numbers), listMost) {
		var page struct {
			Values *[]wireComment `json:"values"`
			Total  int            `json:"total"`
		}
		body := map[string][]int64{"ids": some}
		r := request{op: "read our comments", method: http.MethodPost, path: "rest/api/2/comment/list?expand=properties", body: body}
		if err := t.call(ctx, r, &page); err != nil {
			return nil, err
		}
		if page.Values == nil {
			return nil, t.notJira(r, "the answer holds no comments")
		}
		if len(*page.Values) < page.Total {
			// One of ours missed would be written a second time.
			return nil, t.fail(r.op, connectors.Temporary, fmt.Errorf("%d of %d comments were given", len(*page.Values), page.Total), "")
		}
		all = append(all, *page.Values...)
	}
	return all, nil
}

// mark reads our mark of this org off a comment.
func (t *Tracker) mark(c wireComment) (roadmap.Mark, bool) {
	for _, p := range c.Properties {
		var m roadmap.Mark
		if p.Key == markProperty && json.Unmarshal(p.Value, &m) == nil && m.Org == t.o.Org && m.ID != "" {
			return m, true
		}
	}
	return roadmap.Mark{}, false
}
