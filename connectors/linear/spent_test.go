package linear

import (
	"fmt"
	"testing"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

// After a limit that no short wait lifts, or a credential that is refused, nothing
// more is sent, and what is left gets the same answer. Other refusals are of one
// item each.
func TestNothingIsSentAfterTheLimit(t *testing.T) {
	limit := reply{Status: 400, Body: `{"errors":[{"message":"Rate limit exceeded","extensions":{"code":"RATELIMITED","duration":3600000,"limit":1.1}}]}`}
	key := reply{Status: 401, Body: `{"errors":[{"message":"Authentication required","extensions":{"code":"AUTHENTICATION_ERROR"}}]}`}
	bad := reply{Body: `{"data":null,"errors":[{"message":"x","extensions":{"code":"INPUT_ERROR"}}]}`}
	scope := reply{Status: 403, Body: `{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}`}
	for _, tt := range []struct {
		what           string
		batch, single  reply
		batches, alone int
		kind           connectors.Kind
	}{
		{"a limit, one by one", bad, limit, 1, 1, connectors.RateLimited},
		{"a limit at once", limit, limit, 1, 0, connectors.RateLimited},
		{"a key, one by one", bad, key, 1, 1, connectors.Auth},
		{"a key at once", key, key, 1, 0, connectors.Auth},
		{"a permission", bad, scope, 2, 7, connectors.Forbidden},
	} {
		f := newFake(t)
		var rows []string
		var changes []roadmap.Change
		for i := range 7 { // two lots, and one that goes alone
			id, label := fmt.Sprint("i", i), "needs-goal"
			if i > 2 {
				label = "team-only"
			}
			rows = append(rows, issueRow(id, fmt.Sprint("ENG-", i), at))
			changes = append(changes, labelChange(roadmap.AddLabel, id, label))
		}
		changes[6].Value = "third"
		f.rows("issueLabels", `{"id":"l-need","name":"needs-goal"}`, `{"id":"l-team","name":"team-only"}`, `{"id":"l-3","name":"third"}`)
		f.rows("issues", rows...)
		f.reply("issueBatchUpdate", tt.batch)
		f.reply("issueAddLabel", tt.single)
		for i, r := range f.tracker().Apply(t.Context(), changes) {
			if connectors.KindOf(r.Err) != tt.kind {
				t.Errorf("%s: the change %d gives %v", tt.what, i, r.Err)
			}
		}
		if n, m := len(f.asks("issueBatchUpdate")), len(f.asks("issueAddLabel")); n != tt.batches || m != tt.alone {
			t.Errorf("%s: %d lots and %d single changes were sent, want %d and %d", tt.what, n, m, tt.batches, tt.alone)
		}
	}
}
