package jira

import (
	"strings"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

func TestRoleFields(t *testing.T) {
	for _, tt := range []struct{ spec, says string }{
		{"field:Product Owner", ""},
		{"field:customfield_10050", ""},
		{"field:customfield_9060", ""}, // by its id, although the name stands twice
		{"assignee", ""},
		{"field:Product Ownr", `no field is named "Product Ownr", or this account may not see it; did you mean "Product Owner" or "Product Owners"?`},
		{"field:product owner", `did you mean "Product Owner" or`},
		{"field:Owner", `did you mean "Product Owner" or "Product Owners"?`},
		{"field:Xylophone", `no field is named "Xylophone", or this account may not see it. Try:`},
		{"field:Lead", `2 fields are named "Lead": customfield_9060 and customfield_10060 (of project 10001 only); name the one that is meant by its id, as in field:customfield_9060`},
		{"field:Strategic goal", `the field "Strategic goal" (customfield_10070) holds a string, which names nobody`},
	} {
		s := newSite(t)
		s.on("POST search/jql", found(""))
		s.on("GET project/10001", ok(`{"id":"10001","key":"PAY","name":"Payments"}`))
		_, err := s.tracker(t, func(o *Options) {
			o.Sources = map[int]config.Source{0: {JQL: "project = ROAD", PM: "assignee", PO: tt.spec}}
		}).Pull(t.Context(), "")
		switch {
		case tt.says == "" && err != nil:
			t.Errorf("%s: %v", tt.spec, err)
		case tt.says != "" && (connectors.KindOf(err) != connectors.Invalid || !strings.Contains(err.Error(), tt.says)):
			t.Errorf("%s: %v", tt.spec, err)
		}
	}
}

func TestFieldsAreFoundByType(t *testing.T) {
	s := newSchema([]wireField{
		{ID: "customfield_10100", Name: "史诗链接", Schema: wireSchema{Custom: typeEpicLink}},
		{ID: "customfield_9999", Name: "Epic", Schema: wireSchema{Custom: typeEpicLink}},
		{ID: "customfield_1", Name: "Epic Link", Schema: wireSchema{Type: "string"}},
	})
	if s.epicLink != "customfield_9999" || s.sprint != "" {
		t.Errorf("Epic Link is %q, Sprint is %q", s.epicLink, s.sprint)
	}
}

// A team-managed project has fields of its own, whose names repeat. Those of a
// project of which the file says nothing are no doubles.
func TestFieldsOfTeamManagedProjects(t *testing.T) {
	const lead = "field:Lead" // customfield_9060 of the whole site, customfield_10060 of project 10001
	for name, tt := range map[string]struct {
		project answer
		jql     string
		double  bool
	}{
		"a project of which the file says nothing": {ok(`{"id":"10001","key":"GAMES","name":"Games"}`), "project = ROAD", false},
		"a story project":                          {ok(`{"id":"10001","key":"PAY","name":"Payments"}`), "project = ROAD", true},
		"the roadmap's project":                    {ok(`{"id":"10001","key":"ROAD","name":"Roadmap"}`), "project=road and type = Initiative", true},
		"the roadmap's project, by its name":       {ok(`{"id":"10001","key":"ROAD","name":"The Roadmap"}`), `project in ("The roadmap")`, true},
		"a project that we may not see":            {answer{status: 404, body: `{"errorMessages":["No project could be found"]}`}, "project = ROAD", false},
	} {
		s := newSite(t)
		s.on("POST search/jql", found(""))
		s.on("GET project/10001", tt.project)
		_, err := s.tracker(t, func(o *Options) {
			o.Sources = map[int]config.Source{0: {JQL: tt.jql, PM: "assignee", PO: lead}}
		}).Pull(t.Context(), "")
		if (err != nil) != tt.double || tt.double && !strings.Contains(err.Error(), `2 fields are named "Lead"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFieldsOfLinks(t *testing.T) {
	for name, tt := range map[string]struct {
		spec     string
		optional bool
		says     string
	}{
		"by name":                         {"field:Strategic goal", false, ""},
		"by id":                           {"field:customfield_10070", false, ""},
		"by type":                         {"field:com.pyxis.greenhopper.jira:gh-epic-link", false, ""},
		"not there":                       {"field:Strategic gaol", false, `did you mean "Strategic goal"?`},
		"not there, and another site's":   {"field:Strategic gaol", true, ""},
		"a double is none of other sites": {"field:Lead", true, "2 fields are named"},
	} {
		s := newSite(t)
		s.on("POST search/jql", found("", strings.Replace(issueJSON(1, "PAY-1", "2026-03-01T10:00:00Z"), `"summary"`, `"customfield_10070":"ROAD-7","summary"`, 1)))
		s.on("GET project/10001", ok(`{"id":"10001","key":"PAY"}`))
		page, err := s.tracker(t, func(o *Options) {
			o.Links, o.LinkFieldOptional = []config.LinkWay{{Way: roadmap.WayField, Field: tt.spec}}, tt.optional
		}).Pull(t.Context(), "")
		switch {
		case tt.says != "":
			if connectors.KindOf(err) != connectors.Invalid || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case name == "by name" && strings.Join(page.Items[0].Fields[tt.spec], " ") != "ROAD-7":
			t.Errorf("%s: %+v", name, page.Items[0])
		}
	}
}
