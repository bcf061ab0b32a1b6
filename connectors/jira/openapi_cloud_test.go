package jira

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// outspoken claims of every comment that customers can read it.
type outspoken struct{ http.RoundTripper }

func (o outspoken) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := o.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte(`"jsdPublic":false`), []byte(`"jsdPublic":true`), 1)))
	resp.ContentLength = -1
	return resp, err
}

// everyCallOfAnAdministrator makes the requests that only some sites and
// accounts see: edits without mail, with our record beside the labels, comments
// in a service project, one that has to be taken back, and all that Check asks.
func everyCallOfAnAdministrator(t *testing.T, rec *recorder) {
	t.Helper()
	sim, o := builtInAs(t, jirasim.Options{})
	sim.AddUser(jirasim.User{AccountID: "bot", Name: "alignd bot", Email: "bot@acme.example", Active: true, Admin: true})
	sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments", Type: "service_desk"})
	o.Transport = rec
	o.Config.JQL = "labels IS EMPTY OR labels != no-sync"
	o.Links = []config.LinkWay{{Way: roadmap.WayIssueLink, IssueLinks: []string{"Blocks"}}, {Way: roadmap.WayField, Field: "field:Product Owner"}}
	tr := mustNew(t, o)
	if _, err := pullAll(t, tr, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	is, _ := sim.Issue("PAY-2")
	if _, err := applyOne(t, tr, labelChange(is.ID, roadmap.AddLabel, "needs-goal", "needs-goal")); err != nil {
		t.Fatal(err)
	}
	id, err := applyOne(t, tr, aComment(is.ID, "one", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := applyOne(t, tr, aComment(is.ID, "two", id)); err != nil {
		t.Fatal(err)
	}
	o.Transport = outspoken{rec}
	if _, err := applyOne(t, mustNew(t, o), aComment(is.ID, "public", "")); connectors.KindOf(err) != connectors.Forbidden {
		t.Fatal(err)
	}
	if all := sim.Comments("PAY-2"); len(all) != 1 {
		t.Fatalf("%d comments", len(all))
	}
}
