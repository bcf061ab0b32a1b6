package main

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/internal/sim/linearsim"
)

// An org whose Linear is reached as an OAuth app: one access token serves all
// commands, neither it nor the secret stands in the database or in what is said,
// and a token that was revoked is replaced. Who is who is read once, too: later
// commands ask what has changed.
func TestOAuthApp(t *testing.T) {
	const secret = "lin_secret_VERYSECRET"
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	site := linearsim.New(linearsim.Options{Clock: func() time.Time { return now }})
	site.AddApp(linearsim.App{Name: "alignd", ClientID: "abc", ClientSecret: secret})
	site.AddTeam(linearsim.Team{Key: "ENG", Name: "Engineering"})
	site.AddInitiative(linearsim.Initiative{Name: "Grow", Status: "Active"})
	site.AddIssue(linearsim.Issue{TeamKey: "ENG", Title: "Saved cards"})
	server := httptest.NewServer(site)
	defer server.Close()

	dir := t.TempDir()
	file := filepath.Join(dir, "acme.yaml")
	org := fmt.Sprintf(`org: acme
mode: write
store: acme.db
trackers:
  eng:
    type: linear
    url: %s/graphql
    auth: {type: oauth, client_id: abc, client_secret: env:LINEAR_SECRET}
    teams: [ENG]
roadmap:
  - {from: eng, goals: initiatives}
`, server.URL)
	if err := os.WriteFile(file, []byte(org), 0o600); err != nil {
		t.Fatal(err)
	}
	alignd := func(want int, args ...string) string {
		t.Helper()
		var said bytes.Buffer
		getenv := func(name string) string { return map[string]string{"LINEAR_SECRET": secret}[name] }
		args = append(args, "--now", now.Add(30*24*time.Hour).Format(time.RFC3339), "--log-level", "debug")
		if got := run(t.Context(), args, &terminal{in: strings.NewReader(""), out: &said, err: &said, getenv: getenv, program: "alignd"}); got != want {
			t.Fatalf("alignd %v ended with %d, want %d:\n%s", args, got, want, said.String())
		}
		return said.String()
	}
	said := alignd(exitFine, "sync", "-c", file) + alignd(exitFine, "plan", "-c", file) + alignd(exitFine, "sync", "-c", file)
	if n := site.Count("oauth/token"); n != 1 {
		t.Errorf("%d access tokens for three commands, want 1", n)
	}
	whole, changes := 0, 0
	for _, r := range site.Requests() {
		switch {
		case len(r.Roots) == 1 && r.Roots[0] == "users":
			whole++
		case slices.Contains(r.Roots, "users"):
			changes++
		}
	}
	if whole != 1 || changes != 2 {
		t.Errorf("people were listed whole %d times, and asked for with all that has changed %d times; want 1 and 2", whole, changes)
	}
	site.RevokeTokens("abc")
	said += alignd(exitFine, "sync", "-c", file)
	if n := site.Count("oauth/token"); n != 2 {
		t.Errorf("%d access tokens after the first was revoked, want 2", n)
	}
	if online := alignd(exitFine, "check", "--online", file); !strings.Contains(online, "initiative:read, initiative:write, read, write") {
		t.Errorf("check says\n%s", online)
	}
	for _, name := range []string{"acme.db", "acme.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		said += string(b)
	}
	for _, hidden := range []string{"VERYSECRET", "lin_oauth_"} {
		if strings.Contains(said, hidden) {
			t.Errorf("%s is told or kept", hidden)
		}
	}
}
