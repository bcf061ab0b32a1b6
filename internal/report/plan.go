package report

import (
	"slices"
	"time"

	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// Plan is the JSON shape of `plan --json`, and with a result in each change of
// `apply --json` and `sync --json`. Lists are sorted and never null.
type Plan struct {
	Org         string    `json:"org"`
	At          time.Time `json:"at"`
	Complete    bool      `json:"complete"`
	Fingerprint string    `json:"fingerprint"`
	Changes     []Change  `json:"changes"`
	Held        []Held    `json:"held"`
	Errors      []string  `json:"errors"` // what kept the pass from being complete
}

// Change is one write of a plan.
type Change struct {
	ID     string         `json:"id"`
	Ref    roadmap.Ref    `json:"ref"`
	Kind   roadmap.Role   `json:"kind"` // story or goal
	Title  string         `json:"title"`
	Action roadmap.Action `json:"action"`
	Value  string         `json:"value"` // the label, or the comment's text
	Rules  []roadmap.Rule `json:"rules"`
	Why    string         `json:"why"`
	Result *string        `json:"result,omitempty"` // done, failed, skipped; absent in a plan that nobody tried to write
	Error  *string        `json:"error,omitempty"`
}

// Held is one change held back.
type Held struct {
	Ref    roadmap.Ref    `json:"ref"`
	Action roadmap.Action `json:"action"`
	Value  string         `json:"value"`
	Rules  []roadmap.Rule `json:"rules"`
	Reason plan.Reason    `json:"reason"`
	Until  *time.Time     `json:"until"`
}

// BuildPlan makes the document of a plan alone.
func BuildPlan(p plan.Plan, troubles []error) Plan {
	doc := Plan{
		Org: p.Org, At: p.At.UTC(), Complete: p.Complete, Fingerprint: p.Fingerprint(),
		Changes: []Change{}, Held: []Held{}, Errors: []string{},
	}
	for _, c := range p.Changes {
		doc.Changes = append(doc.Changes, Change{
			ID: c.ID, Ref: c.Ref, Kind: c.Role, Title: c.Title, Action: c.Action, Value: c.Value, Rules: rules(c.Rules), Why: c.Why,
		})
	}
	for _, h := range p.Held {
		held := Held{Ref: h.Ref, Action: h.Action, Value: h.Value, Rules: rules(h.Rules), Reason: h.Reason}
		if !h.Until.IsZero() {
			until := h.Until.UTC()
			held.Until = &until
		}
		doc.Held = append(doc.Held, held)
	}
	for _, t := range troubles {
		doc.Errors = append(doc.Errors, t.Error())
	}
	return doc
}

// BuildWritten makes the document of a plan that was to be written. notWritten
// says why nothing was, where the whole plan was left; the word of an unknown
// outcome is failed: the next pass finds out.
func BuildWritten(o *pass.Outcome, notWritten string) Plan {
	doc := BuildPlan(o.Plan, o.Troubles)
	for i := range doc.Changes {
		r, tried := o.Results[doc.Changes[i].ID]
		result, why := string(r.Outcome), r.Error
		switch {
		case !tried:
			result, why = string(store.Skipped), notWritten
		case r.Outcome == store.Refused:
			result = string(store.Failed)
		case r.Outcome == store.Unknown:
			result, why = string(store.Failed), "outcome unknown, the next pass reads it back: "+why
		}
		doc.Changes[i].Result = &result
		if why != "" {
			doc.Changes[i].Error = &why
		}
	}
	return doc
}

func rules(rs []roadmap.Rule) []roadmap.Rule {
	if rs == nil {
		return []roadmap.Rule{}
	}
	return slices.Clone(rs)
}
