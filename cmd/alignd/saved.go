package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/report"
)

// savedPlan is a plan that `plan -o` wrote: the document of `plan --json`.
type savedPlan struct {
	report.Plan
	path string
}

// savePlan writes a plan into a file of its own: nobody else may read it, since
// it holds titles.
func savePlan(path string, doc report.Plan) error {
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}

func readPlan(path string) (*savedPlan, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := savedPlan{path: path}
	if err := json.Unmarshal(b, &s.Plan); err != nil || s.Fingerprint == "" {
		return nil, fmt.Errorf("%s is no plan that alignd saved. Try: alignd plan -c FILE -o %s", path, path)
	}
	return &s, nil
}

// check refuses any plan but the saved one, and tells what is different.
func (s *savedPlan) check(p plan.Plan) error {
	if s.Org != p.Org {
		return fmt.Errorf("%s is a plan for org %s, not %s. Nothing was written", s.path, s.Org, p.Org)
	}
	if s.Fingerprint == p.Fingerprint() {
		return nil
	}
	saved, now := map[string]bool{}, map[string]bool{}
	var lines []string
	for _, c := range s.Changes {
		saved[c.ID] = true
	}
	for _, c := range p.Changes {
		now[c.ID] = true
		if !saved[c.ID] {
			lines = append(lines, fmt.Sprintf("  new      %s %s %s", c.Ref, c.Action, clip(firstLine(c.Value), maxLine)))
		}
	}
	for _, c := range s.Changes {
		if !now[c.ID] {
			lines = append(lines, fmt.Sprintf("  not now  %s %s %s", c.Ref, c.Action, clip(firstLine(c.Value), maxLine)))
		}
	}
	again := ""
	if len(p.Changes) == 0 {
		again = " (if it was applied already, `alignd log` tells)"
	}
	return errors.New("the plan is not the one in " + s.path + " any more" + again + ". Nothing was written. Try: plan again, look, and apply that\n" + strings.Join(lines, "\n"))
}
