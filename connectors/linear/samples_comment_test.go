package linear

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alignd/alignd/internal/roadmap"
)

// words are what people write: a comment, or a status report on a project.
type words struct {
	ID, Body, CreatedAt, UserID string
	EditedAt                    string
	IssueID, ProjectID          string
	Health                      *string // of a status report
}

func readWords(t *testing.T, file, kind string) words {
	t.Helper()
	var delivery struct {
		Type string
		Data words
	}
	if err := json.Unmarshal(sample(t, file), &delivery); err != nil || delivery.Type != kind {
		t.Fatalf("%s: a %s, %v", file, delivery.Type, err)
	}
	return delivery.Data
}

// comments answers with the words as a row, under an id, to an account of ours.
func (w words) comments(t *testing.T, id, viewer string) []roadmap.Comment {
	t.Helper()
	f := newFake(t)
	f.data("viewer", fmt.Sprintf(`{"viewer":{"id":%q},"organization":{"id":"org-1"}}`, viewer))
	edited := "null"
	if w.EditedAt != "" {
		edited = strconv.Quote(w.EditedAt)
	}
	f.rows("comments", fmt.Sprintf(`{"id":%q,"body":%q,"createdAt":%q,"editedAt":%s,"user":{"id":%q},"botActor":null}`, id, w.Body, w.CreatedAt, edited, w.UserID))
	found, err := f.tracker().Comments(t.Context(), []roadmap.Item{{Key: w.key()}})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (w words) key() roadmap.Key { return roadmap.Key{Tracker: "eng", ID: w.IssueID + w.ProjectID} }

// A person's comment, as delivered when it was edited, is none of ours, though it
// be by our account; under an id of ours and by our account it is the comment
// that a read brings, of which a person has edited the mark away.
func TestSampleComment(t *testing.T) {
	w := readWords(t, "webhook-comment-update.json", "Comment")
	ours := roadmap.CommentID("acme", w.key(), 0)
	for _, tt := range []struct {
		what, id, viewer string
		want             []roadmap.Comment
	}{
		{"a person's", w.ID, "u-bot", nil},
		{"of our account, by hand", w.ID, w.UserID, nil},
		{"of another account, with our id", ours, "u-bot", nil},
		{"ours", ours, w.UserID, []roadmap.Comment{{
			Key:    roadmap.Key{Tracker: "eng", ID: "6a17c5cc-5188-4487-ab56-44626a9b2daf"},
			Remote: ours, Mark: roadmap.Mark{Org: "acme", ID: ours},
			Body:   "Still trying. and trying. and trying. again. again. again. again. again. again. again. again. again",
			Edited: time.Date(2023, 6, 19, 20, 51, 47, 186e6, time.UTC),
		}}},
	} {
		if diff := cmp.Diff(tt.want, w.comments(t, tt.id, tt.viewer)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.what, diff)
		}
	}
}

// A status report on a project is a person's word on its health: no comment, by
// whomever it is, and nothing that any document of ours asks for or writes.
func TestSampleProjectUpdate(t *testing.T) {
	w := readWords(t, "webhook-projectupdate-create.json", "ProjectUpdate")
	if w.Health == nil || *w.Health != "onTrack" || w.ProjectID == "" || w.IssueID != "" {
		t.Errorf("the report: %+v", w)
	}
	if found := w.comments(t, w.ID, w.UserID); len(found) > 0 {
		t.Errorf("taken for a comment of ours: %+v", found)
	}
	for _, a := range everyDocument(t) {
		for _, word := range []string{"projectupdate", "initiativeupdate", "health"} {
			if sent, _ := json.Marshal(a.Variables); strings.Contains(strings.ToLower(a.Query+string(sent)), word) {
				t.Errorf("a document of ours says %s:\n%s", word, a.Query)
			}
		}
	}
}
