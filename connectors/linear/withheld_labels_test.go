package linear

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// Labels of projects or of initiatives that a plan or a scope withholds cost
// those labels and no more, whatever rows carry: at first, when it comes to that
// later, and when it does in the middle of a pull. It is said, and who would
// write one is told.
func TestWithheldLabelsCostNoPull(t *testing.T) {
	for what, body := range map[string]string{
		"a plan":  `{"errors":[{"message":"no","extensions":{"code":"FEATURE_NOT_ACCESSIBLE"}}]}`,
		"a scope": `{"errors":[{"message":"Invalid scope: ` + "`initiative:read`" + ` required","extensions":{"code":"FORBIDDEN"}}]}`,
	} {
		for _, of := range []struct {
			kind             roadmap.Kind
			root, list, with string
			row              func(id, slug, updated string, fields ...string) string
		}{
			{roadmap.KindProject, "projects", "projectLabels", "withProjectLabels", projectRow},
			{roadmap.KindInitiative, "initiatives", "initiativeLabels", "withInitiativeLabels", initiativeRow},
		} {
			for _, from := range []string{"at first", "later", "in the middle"} {
				t.Run(what+", "+of.list+", "+from, func(t *testing.T) {
					f, d, log := newFake(t), newDrawer(), new(strings.Builder)
					no, one := reply{Status: 400, Body: body}, `{"id":"x-1","name":"x"}`
					f.rows(of.root, of.row("r1", "aaaabbbbcccc", at, `"labelIds":["x-1","x-2"]`))
					var c connectors.Cursor
					switch from {
					case "later":
						f.rows(of.list, one)
						c = pullAll(t, f.tracker(d.use), "").cursor
						f.reply(of.list, no)
						all := f.answers["changes"]
						f.on("changes", func(v map[string]any) reply {
							if v[of.with] == true {
								return no
							}
							return all(v)
						})
					case "in the middle":
						f.script(of.list, reply{Body: `{"data":` + connection(of.list, "", one) + `}`}, no)
					default:
						f.reply(of.list, no)
					}
					use := func(o *Options) { d.use(o); o.Log = slog.New(slog.NewTextHandler(log, nil)) }
					for range 2 {
						got := pullAll(t, f.tracker(use), c)
						c = got.cursor
						if len(got.warnings) > 0 || len(got.items) != 1 || strings.Contains(strings.Join(got.items[0].Labels, ""), "-") {
							t.Errorf("pulled %+v, warned of %q", got.items, got.warnings)
						}
					}
					if n := strings.Count(log.String(), "labels cannot be read"); n != 2 {
						t.Errorf("said %d times in two passes:\n%s", n, log)
					}
					change := roadmap.Change{Key: roadmap.Key{Tracker: "eng", ID: "r1"}, Ref: "eng:r", Kind: of.kind, Action: roadmap.AddLabel, Value: "needs-po"}
					if err := f.tracker(d.use).Apply(t.Context(), []roadmap.Change{change})[0].Err; connectors.KindOf(err) != connectors.Forbidden {
						t.Errorf("writing one gives %v", err)
					}
				})
			}
		}
	}
}
