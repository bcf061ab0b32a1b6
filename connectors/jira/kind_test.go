package jira

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

func TestTheKindOfJira(t *testing.T) {
	const cloudMe, serverMe = `{"accountId":"me","displayName":"bot"}`, `{"name":"bot","key":"JIRAUSER1","displayName":"bot"}`
	for name, tt := range map[string]struct {
		stated   config.Deployment
		info, me string
		server   bool
		says     string
	}{
		"Cloud says so":             {"", `{"deploymentType":"CLOUD"}`, cloudMe, false, ""},
		"Server":                    {"", `{"deploymentType":"Server","version":"8.20.0"}`, serverMe, true, ""},
		"server, in small letters":  {"", `{"deploymentType":"server"}`, serverMe, true, ""},
		"DataCenter":                {"", `{"deploymentType":"DataCenter"}`, serverMe, true, ""},
		"Data Center":               {"", `{"deploymentType":"Data Center"}`, serverMe, true, ""},
		"stated, whatever it says":  {config.DataCenter, `{"deploymentType":"Edge"}`, serverMe, true, ""},
		"stated wrongly":            {config.Cloud, `{"deploymentType":"Server"}`, serverMe, false, "correct deployment"},
		"stated wrongly, the other": {config.DataCenter, `{"deploymentType":"Cloud"}`, cloudMe, true, "correct deployment"},
		"nobody":                    {"", `{"deploymentType":"Server"}`, `{}`, true, "does not say which account we are"},
	} {
		s := newSite(t)
		s.on("GET serverInfo", ok(tt.info))
		s.on("GET myself", ok(tt.me))
		tr := s.tracker(t, func(o *Options) { o.Config.Deployment = tt.stated })
		err := tr.login(t.Context())
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
		if tr.dataCenter() != tt.server {
			t.Errorf("%s: Data Center is %t", name, tr.dataCenter())
		}
		if err := tr.login(t.Context()); (err == nil) != (tt.says == "") || len(s.requests("GET serverInfo")) != 1 {
			t.Errorf("%s: asked %d times", name, len(s.requests("GET serverInfo")))
		}
	}
}

// TestTheSitesOwnName: the base URL, in one form, whoever stated the kind of
// Jira, and nothing where a site does not say. What may pass is no such answer:
// another site must not slip in while its name cannot be had.
func TestTheSitesOwnName(t *testing.T) {
	info := func(base string) answer { return ok(`{"deploymentType":"Cloud","baseUrl":"` + base + `"}`) }
	for name, tt := range map[string]struct {
		stated config.Deployment
		answer answer
		want   string
		kind   connectors.Kind
	}{
		"as it is":               {"", info("https://acme.atlassian.net"), "https://acme.atlassian.net", ""},
		"slash and capitals":     {"", info(" HTTPS://Acme.Atlassian.NET/ "), "https://acme.atlassian.net", ""},
		"a context path":         {"", info("https://acme.example:8443/Jira//"), "https://acme.example:8443/Jira", ""},
		"the kind is stated":     {config.Cloud, info("https://acme.atlassian.net"), "https://acme.atlassian.net", ""},
		"it does not say":        {"", ok(`{"deploymentType":"Cloud"}`), "", ""},
		"it says no address":     {"", info("acme"), "", ""},
		"stated, not there":      {config.Cloud, answer{status: 404, body: `{}`}, "", ""},
		"stated, not for us":     {config.Cloud, answer{status: 403, body: `{}`}, "", ""},
		"stated, in trouble":     {config.Cloud, answer{status: 500}, "", connectors.Temporary},
		"stated, no credentials": {config.Cloud, answer{status: 401}, "", connectors.Auth},
		"not stated, not there":  {"", answer{status: 404, body: `{}`}, "", connectors.NotFound},
	} {
		s := newSite(t)
		s.on("GET serverInfo", tt.answer)
		got, err := s.tracker(t, func(o *Options) { o.Config.Deployment = tt.stated }).Site(t.Context())
		if got != tt.want || connectors.KindOf(err) != tt.kind {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestAnonymousAnswers: a server that takes who shows an expired token for nobody
// answers 200 with what everybody may see. That is a refusal, on both kinds.
func TestAnonymousAnswers(t *testing.T) {
	s, o := newServer(t, jirasim.DataCenter{Public: true, FallBack: true})
	s.add("PAY", 2)
	o.Token = "expired"
	for _, d := range []config.Deployment{"", config.DataCenter} {
		o.Config.Deployment = d
		if _, err := mustNew(t, o).Pull(t.Context(), ""); connectors.KindOf(err) != connectors.Auth {
			t.Errorf("deployment %q: %v", d, err)
		}
	}
}

// TestOurRecordOnCloud comes with the bulk fetch that brings the comments.
func TestOurRecordOnCloud(t *testing.T) {
	sim, o := builtIn(t)
	tr := mustNew(t, o)
	items, err := tr.Fetch(t.Context(), nil, []roadmap.Ref{"jira:PAY-2", "jira:PAY-3"})
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	put := request{method: http.MethodPut, path: "rest/api/2/issue/" + items[1].Key.ID + "/properties/alignd.acme", body: json.RawMessage(`{"labels":["b","a"]}`), write: true}
	if err := tr.call(t.Context(), put, nil); err != nil {
		t.Fatal(err)
	}
	put.path = strings.Replace(put.path, "alignd.acme", "alignd.other", 1)
	put.path = strings.Replace(put.path, items[1].Key.ID, items[0].Key.ID, 1)
	if err := tr.call(t.Context(), put, nil); err != nil {
		t.Fatal(err)
	}
	sim.ResetRequests()
	got, err := tr.Comments(t.Context(), items)
	if err != nil || len(got) != 1 || got[0].Key != items[1].Key || got[0].Remote != "" || !slices.Equal(got[0].Mark.Labels, []string{"a", "b"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if n := len(sim.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}
