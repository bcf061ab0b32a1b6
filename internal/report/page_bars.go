package report

import (
	"fmt"
	"strconv"

	"github.com/alignd/alignd/internal/roadmap"
)

// bar is a row of coloured pieces, each as wide as its number.
type bar []piece

// part is what one piece of a bar counts; its kind is its colour and pattern.
type part struct {
	kind string
	n    int
}

// piece is a part where it is drawn, in percent of the whole width.
type piece struct {
	Kind     string
	N        int
	X, Width string
}

// newBar draws parts side by side, the whole width standing for whole. What is
// zero is not drawn.
func newBar(whole int, parts ...part) bar {
	var b bar
	sum := 0
	for _, p := range parts {
		if p.n > 0 {
			b = append(b, piece{p.kind, p.n, width(sum, whole), width(p.n, whole)})
			sum += p.n
		}
	}
	return b
}

func width(n, of int) string {
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 2, 64) + "%"
}

// percent is rounded down, so that it is 100 only where nothing is missing; with
// nothing to count it is a dash.
func percent(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d%%", n*100/of)
}

// ruleInWords tells in plain words what does not hold.
func ruleInWords(rule roadmap.Rule) string {
	switch rule {
	case roadmap.StoryWithoutGoal:
		return "Stories that lead to no roadmap goal"
	case roadmap.GoalWithoutPO:
		return "Open goals without a product owner"
	case roadmap.GoalWithoutPM:
		return "Open goals without a product manager"
	case roadmap.StoryOnClosedGoal:
		return "Open stories whose goals are all closed"
	case roadmap.GoalWithoutStories:
		return "Active goals that no story serves"
	case roadmap.OwnerInactive:
		return "Goals whose owner's account is not active"
	case roadmap.UndeclaredDouble:
		return "Goals whose product manager is also the product owner"
	case roadmap.POOverloaded:
		return "Product owners with too many open goals"
	case roadmap.SprintOffRoadmap:
		return "Sprints in which too few stories serve a goal"
	}
	return "Other findings"
}
