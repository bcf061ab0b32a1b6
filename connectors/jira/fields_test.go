package jira

import (
	"strings"
	"testing"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
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
