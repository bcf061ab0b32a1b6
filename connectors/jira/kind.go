package jira

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
)

// kind is what differs between Jira Cloud and Jira Data Center on the reading
// side. Nothing else in this package asks which of the two it speaks to, but for
// what is written (see dataCenter).
type kind interface {
	// crawl asks for the page of a stream at which the cursor stands, and moves
	// the cursor to the next one.
	crawl(ctx context.Context, s stream, at *cursor) (piece, error)
	// restarts is how often in a round a stream may be started over because its
	// next page cannot be had.
	restarts() int
	// bulk reads the named fields of issues, given by id or key. Those that do not
	// exist or may not be seen are left out; an issue may come twice.
	bulk(ctx context.Context, op string, want, fields []string) ([]wireIssue, error)
	// talk reads what on these issues may be ours.
	talk(ctx context.Context, ids []string) ([]talk, error)
	// count tells how many issues a query finds, or about how many.
	count(ctx context.Context, op, jql string) (int, error)
	// learn asks, once a pass, for what else is needed to read issues.
	learn(ctx context.Context, s *schema) error
	// level is the place of an issue in the hierarchy.
	level(k wireIssueType, f fieldMap) int
	// identity is what names an account for life as well as can be, and whether
	// the account is a user at all and not a group or a team.
	identity(u wireUser) (id string, user bool)
	// same reports whether two answers name one user.
	same(a, b wireUser) bool
}

// piece is one page of a stream.
type piece struct {
	issues []wireIssue
	first  bool // of the stream; what an earlier start brought of a set is void
	last   bool
	// marks: what changed last in the piece moves the watermark.
	marks bool
}

// dataCenter reports whether the site is a Jira Data Center. It is known once
// login has succeeded.
func (t *Tracker) dataCenter() bool {
	_, is := t.kind.(*dataCenter)
	return is
}

// identify makes sure that the site's own name is known, where it tells one, and
// the kind of Jira: as the file states it, or as the site says. Sites write the
// type in several ways (https://github.com/apache/incubator-devlake, commit f271245d2).
func (t *Tracker) identify(ctx context.Context) error {
	if t.kind != nil {
		return nil
	}
	stated := t.o.Config.Deployment
	var info wireServerInfo
	asked := request{op: "ask for the kind of Jira", method: http.MethodGet, path: "rest/api/2/serverInfo"}
	if err := t.call(ctx, asked, &info); err != nil && (stated == "" || !lasting(err)) {
		return err
	}
	t.self = siteName(info.BaseURL)
	if stated != "" {
		t.kind = t.kindOf(stated)
		return nil
	}
	switch strings.ToLower(strings.ReplaceAll(info.DeploymentType, " ", "")) {
	case "cloud":
		t.kind = t.kindOf(config.Cloud)
	case "server", "datacenter":
		t.kind = t.kindOf(config.DataCenter)
	case "":
		if info.Version == "" {
			return t.notJira(asked, "the answer says nothing of a Jira")
		}
		fallthrough
	default:
		return t.fail(asked.op, connectors.Invalid,
			fmt.Errorf("a Jira of an unknown kind (deployment type %q, version %q)", t.safe(info.DeploymentType), t.safe(info.Version)),
			"say which it is: deployment: cloud, or deployment: datacenter")
	}
	return nil
}

func (t *Tracker) kindOf(d config.Deployment) kind {
	if d == config.DataCenter {
		return &dataCenter{t: t}
	}
	return &cloud{t: t}
}
