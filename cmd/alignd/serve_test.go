package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors/connectortest"
	"github.com/alignd/alignd/internal/service"
)

// patience bounds every wait for a condition; a condition that holds ends it.
const patience = 60 * time.Second

var listening = regexp.MustCompile(`listen=(127\.0\.0\.1:\d+)`)

// serving starts the service on a folder of org files and gives its address, all
// that it has said once it has ended, and a channel that is closed when it begins
// to stop.
func serving(t *testing.T, dir string) (cmd *exec.Cmd, url string, said func() string, stopping <-chan struct{}) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(path, "serve", "-c", dir, "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, log, stops := make(chan string, 1), make(chan string, 1), make(chan struct{})
	go func() {
		var all strings.Builder
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			all.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "msg=stopping") {
				close(stops)
			}
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				address <- "http://" + m[1]
			}
		}
		log <- all.String()
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended, unless the test failed
	select {
	case a := <-address:
		return cmd, a, func() string { return <-log }, stops
	case all := <-log:
		t.Fatalf("serve ended: %s", all)
	case <-time.After(patience):
		t.Fatal("serve does not listen")
	}
	return nil, "", nil, nil
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// readyWhen asks /readyz until it is as wished.
func readyWhen(t *testing.T, address string, wish func(map[string]service.Health) bool) (status int, body string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		status, body = get(t, address+"/readyz")
		var ready service.Ready
		if err := json.Unmarshal([]byte(body), &ready); err != nil {
			t.Fatalf("/readyz: %v\n%s", err, body)
		}
		orgs := map[string]service.Health{}
		for _, o := range ready.Orgs {
			orgs[o.Org] = o
		}
		if wish(orgs) {
			return status, body
		}
	}
	t.Fatalf("/readyz never came to be as wished:\n%s", body)
	return 0, ""
}

// stop sends SIGTERM and gives how long the service took to end, and how.
func stop(t *testing.T, cmd *exec.Cmd) (time.Duration, error) {
	t.Helper()
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	return time.Since(began), err
}

// TestServeTwoOrgs runs two orgs every second, one of them with a wrong token:
// the other's passes go on, /readyz tells which is in trouble and why, and
// SIGTERM ends it cleanly.
func TestServeTwoOrgs(t *testing.T) {
	dir := t.TempDir()
	good, bad := newTestCompany(t.Fatalf, t.Cleanup), newTestCompany(t.Fatalf, t.Cleanup)
	for _, org := range []struct {
		name  string
		of    *testCompany
		token string
	}{{"good", good, ""}, {"bad", bad, "wrong-token-that-must-not-be-told"}} {
		if err := org.of.write(dir, "write"); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "acme.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		file := strings.NewReplacer("org: acme", "org: "+org.name, `"*/15 * * * *"`, `"@every 1s"`).Replace(string(text))
		if org.token != "" {
			file = strings.ReplaceAll(file, "jira-token", "wrong-token")
			if err := os.WriteFile(filepath.Join(dir, "wrong-token"), []byte(org.token), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, org.name+".yaml"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "acme.yaml")); err != nil {
		t.Fatal(err)
	}

	cmd, address, log, _ := serving(t, dir)
	if status, body := get(t, address+"/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("/healthz: %d %q", status, body)
	}
	passes := map[time.Time]bool{}
	status, body := readyWhen(t, address, func(orgs map[string]service.Health) bool {
		if at := orgs["good"].Last; at != nil {
			passes[*at] = true
		}
		return len(passes) >= 3 && orgs["good"].State == service.OK && orgs["bad"].State == service.Trouble
	})
	if status != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d while an org is in trouble", status)
	}
	if !strings.Contains(body, "jira") || !strings.Contains(body, "token") || strings.Contains(body, "must-not-be-told") {
		t.Errorf("/readyz does not tell why, or tells too much:\n%s", body)
	}
	if n := len(good.company.Jira.Comments(good.company.Plot.Relinked)); n != 1 {
		t.Errorf("%d comments after %d passes", n, len(passes))
	}
	if n := len(bad.company.Linear.Comments("")); n != 0 {
		t.Errorf("the org in trouble wrote %d comments on half the facts", n)
	}
	took, err := stop(t, cmd)
	if err != nil || took > 10*time.Second {
		t.Errorf("after SIGTERM: %v, in %s", err, took)
	}
	if said := log(); strings.Contains(said, "must-not-be-told") {
		t.Error("the log tells the token")
	}
}

// TestServeFinishesTheChangeInHand stops the service while a comment is being
// written: the tracker takes it, the ledger knows it, and no other is begun.
func TestServeFinishesTheChangeInHand(t *testing.T) {
	dir := t.TempDir()
	c := newTestCompany(t.Fatalf, t.Cleanup)
	if err := c.write(dir, "write"); err != nil {
		t.Fatal(err)
	}
	inHand, goOn := make(chan struct{}), make(chan struct{})
	blocked := false
	c.jiraGate.Set(func(r *http.Request) connectortest.Fault {
		if !blocked && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comment") {
			blocked = true
			close(inHand)
			<-goOn
		}
		return connectortest.None
	})
	cmd, _, log, stopping := serving(t, dir)
	select {
	case <-inHand:
	case <-time.After(patience):
		t.Fatal("no comment was ever written")
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-stopping:
	case <-time.After(patience):
		t.Fatal("SIGTERM does not stop it")
	}
	close(goOn)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("after SIGTERM: %v\n%s", err, log())
	}
	out, err := onePass(t, dir, "log", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Entries []written `json:"entries"`
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil {
		t.Fatal(err)
	}
	comments := 0
	for _, e := range told.Entries {
		if e.Outcome != "done" && e.Outcome != "skipped" {
			t.Errorf("left open: %s", e.line(1, 10))
		}
		if e.Action == "create-comment" && e.Outcome == "done" && strings.HasPrefix(string(e.Ref), "jira:") {
			comments++
		}
	}
	standing := 0
	for _, i := range c.company.Jira.Issues() {
		standing += len(c.company.Jira.Comments(i.Key))
	}
	if comments != 1 || standing != 1 {
		t.Errorf("%d comments in the ledger and %d in the Jira, want the one that was in hand", comments, standing)
	}
}

// TestServeLeavesBrokenFilesOut runs what loads and tells what does not.
func TestServeLeavesBrokenFilesOut(t *testing.T) {
	dir := t.TempDir()
	c := newTestCompany(t.Fatalf, t.Cleanup)
	if err := c.write(dir, "observe"); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken.yaml")
	if err := os.WriteFile(broken, []byte("org: broken\nshedule: never\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, address, _, _ := serving(t, dir)
	_, body := readyWhen(t, address, func(orgs map[string]service.Health) bool {
		return orgs["acme"].State == service.OK && orgs[broken].State == service.Trouble
	})
	if !strings.Contains(body, `did you mean`) {
		t.Errorf("/readyz: %s", body)
	}
	if _, err := stop(t, cmd); err != nil {
		t.Error(err)
	}
	if n := len(c.company.Jira.Writes()); n != 0 {
		t.Errorf("observe wrote %d times", n)
	}
}
