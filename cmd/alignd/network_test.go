package main

import (
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/sim/jirasim"
)

// TestAPrivateAuthority: a Jira behind a certificate of the house's own
// authority, over https, with and without that authority in the org's file.
func TestAPrivateAuthority(t *testing.T) {
	sim := jirasim.New(jirasim.Options{Clock: time.Now})
	sim.AddUser(jirasim.User{AccountID: "bot", Name: "bot", Email: "bot@acme.example", Active: true})
	sim.AddToken("bot@acme.example", "t0ken", "bot")
	sim.AddProject(jirasim.Project{Key: "PAY", Name: "Payments"})
	opened := map[string]bool{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		opened[r.RemoteAddr] = true // one goroutine asks, one request at a time
		sim.ServeHTTP(w, r)
	}))
	server.StartTLS()
	t.Cleanup(server.Close)

	dir := t.TempDir()
	write := func(name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	write("empty.pem", []byte("no certificate here\n"))
	c := &common{terminal: &terminal{getenv: func(string) string { return "t0ken" }}}
	ask := func(caFile string) ([]connectors.Probe, error) {
		t.Helper()
		org := &config.Org{Name: "acme", Path: filepath.Join(dir, "acme.yaml"), Trackers: []config.Tracker{{
			Name: "jira", Type: config.Jira, URL: server.URL, Projects: []string{"PAY"}, CAFile: caFile,
			Auth: config.Auth{Type: config.Basic, User: "bot@acme.example", Token: "env:TOKEN"},
		}}}
		trackers, err := c.trackers(t.Context(), org, nil, slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, err
		}
		return trackers["jira"].Check(t.Context())
	}
	for range 2 {
		probes, err := ask("ca.pem")
		if err != nil || len(probes) == 0 || !probes[0].OK {
			t.Fatalf("with the authority: %+v, %v", probes, err)
		}
	}
	if len(opened) != 1 {
		t.Errorf("two passes opened %d connections: idle ones are not shared", len(opened))
	}
	if _, err := ask(filepath.Join(dir, "ca.pem")); err != nil {
		t.Errorf("by its full path: %v", err)
	}
	for name, tt := range map[string]struct{ file, says string }{
		"not in the file at all": {"", "the certificate of 127.0.0.1"},
		"no such file":           {"gone.pem", "org acme: trackers.jira.ca_file: there is no file " + filepath.Join(dir, "gone.pem")},
		"no certificate in it":   {"empty.pem", "holds no certificate. Try: the authority's certificate in PEM form"},
		"a folder":               {".", "trackers.jira.ca_file: read"},
	} {
		if _, err := ask(tt.file); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Orgs whose trackers are one account on one host keep to its limits together;
// another account, and another host, have a pace of their own.
func TestOrgsShareAPace(t *testing.T) {
	var n network
	tracker := func(url, user string) config.Tracker {
		return config.Tracker{Name: "jira", URL: url, Auth: config.Auth{User: user}}
	}
	acme := n.pace("acme", tracker("https://acme.example", "bot"), "t0ken")
	for _, tt := range []struct {
		url, user, token string
		same             bool
	}{
		{"https://acme.example", "bot", "t0ken", true},
		{"https://acme.example", "bot", "another", false},
		{"https://acme.example", "eve", "t0ken", false},
		{"https://other.example", "bot", "t0ken", false},
	} {
		if same := n.pace("beta", tracker(tt.url, tt.user), tt.token) == acme; same != tt.same {
			t.Errorf("%v: shared is %v", tt, same)
		}
	}
}
