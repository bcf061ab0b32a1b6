package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadSecret(t *testing.T) {
	dir := t.TempDir()
	env := func(name string) string {
		return map[string]string{"TOKEN": "s3cret", "LINES": "s3cret\nmore", "EMPTY": "", "NEWLINE": "s3cret\r\n"}[name]
	}
	ok := write(t, dir, "ok", "s3cret\n")
	two := write(t, dir, "two", "s3cret\n\n")
	empty := write(t, dir, "empty", "\n")
	big := write(t, dir, "big", strings.Repeat("s3cret", 20_000))
	for _, c := range []struct {
		name string
		ref  Secret
		want string // the value, or what the error ends in
	}{
		{"a variable", "env:TOKEN", "s3cret"},
		{"a variable with a newline at its end", "env:NEWLINE", "s3cret"},
		{"a file, without its last newline", Secret("file:" + ok), "s3cret"},
		{"a variable that is not set", "env:NONE", "the environment variable NONE is not set or is empty. Try: set it where alignd is started"},
		{"a variable that is empty", "env:EMPTY", "the environment variable EMPTY is not set or is empty. Try: set it where alignd is started"},
		{"a variable of two lines", "env:LINES", "the secret env:LINES holds a line break or another control character. Try: store the token alone, on one line"},
		{"a file that is missing", Secret("file:" + dir + "/none"), "secret file " + dir + "/none: no such file"},
		{"a folder", Secret("file:" + dir), "is a folder, not a file"},
		{"a file that is empty", Secret("file:" + empty), "the secret file:" + empty + " is empty"},
		{"a file of two lines", Secret("file:" + two), "Try: store the token alone, on one line"},
		{"a file that is too large", Secret("file:" + big), "is larger than 64 KiB"},
		{"a literal", "s3cret", "what is written here is not repeated"},
		{"nothing", "", "what is written here is not repeated"},
	} {
		got, err := c.ref.Read(env)
		if err == nil {
			if got != c.want {
				t.Errorf("%s: got %q", c.name, got)
			}
			continue
		}
		if got != "" || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %q, %v; want ... %s", c.name, got, err, c.want)
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error repeats the secret: %v", c.name, err)
		}
	}
}

// TestSecretPrints: a literal that got into a Secret by a slip of ours is not
// printed either.
func TestSecretPrints(t *testing.T) {
	for ref, want := range map[Secret]string{"env:TOKEN": "env:TOKEN", "s3cret": "(not a reference)", "": ""} {
		j, err := json.Marshal(map[string]Secret{"token": ref})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%v %s %+v", ref, ref, ref); got != want+" "+want+" "+want {
			t.Errorf("prints as %s", got)
		}
		if got := fmt.Sprintf("%#v", ref); got != fmt.Sprintf("config.Secret(%q)", want) {
			t.Errorf("prints as %s", got)
		}
		if string(j) != fmt.Sprintf(`{"token":%q}`, want) {
			t.Errorf("prints as %s", j)
		}
	}
}

// planted is a secret as people have them; it looks like no word and like no key.
const planted = "ATATT3xFfGF0hunter2HUNTER2"

// TestNoSecretInErrors plants a literal secret wherever a secret, an address or
// credentials could be, in every way we could think of, and reads the errors.
func TestNoSecretInErrors(t *testing.T) {
	good, err := os.ReadFile("testdata/good/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	places := []string{ // what is replaced in the largest good file
		"env:JIRA_TOKEN", "file:secrets/pat", "env:LINEAR_API_KEY", "bot@acme.example",
		"https://acme.atlassian.net/", "ca.pem", "8A4E0B52-7E60-4A6B-9B0F-0C0F6B1F2F11", "kein-ziel:", `"field:Strategic goal"`, "https://issues.acme.example", "http://127.0.0.1:8080/jira",
		"https://api.linear.app/graphql", `"https://wiki.acme.example/ops?page=1#top"`,
		"{type: basic, user: bot@acme.example, token: env:JIRA_TOKEN}", "type: basic", "api-key", "bearer",
	}
	forms := []string{
		"%s", `"%s"`, "'%s'", "%s: x", "{%s}", "[%s]", "{%s: %s}", `"%s`, "env: %s", "env:%s!", "\"env:%s\\n\"", "ENV:%s", "$%s", "!%s", "&%s x", "*%s", "%%%s",
		"https://user:%s@acme.example", "https://%s@acme.example", "http://acme.example/?token=%s", "https://acme.example/#%s", "https://acme.example:%s/",
		"ftp://%s.example", "//%s", "bot@acme.example:%s", "|\n      %s\n      more", "%s\n\t  x: %s", "@%s", "`%s`", "%s, token: %s, token: %s", "%s\x07",
		"bot:%s", "{type: oauth, client_id: %s, client_secret: %s}", "{type: %s, token: %s}", "{token: [%s]}", "{client_secret: %s, typ: %s}",
	}
	kinds := []string{ // as Jira Cloud gives them, as older Jira did, and one that somebody made up
		planted, "5f0hunter2c4d9e8b7a65f0c", "hunter2-correct-horse-battery-staple",
	}
	ca, err := os.ReadFile("testdata/good/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	dir, loads := t.TempDir(), 0
	write(t, dir, "ca.pem", string(ca))
	for i, place := range places {
		if !strings.Contains(string(good), place) {
			t.Fatalf("%s is not in the good file", place)
		}
		for j, form := range forms {
			secret := kinds[(i+j)%len(kinds)]
			text := strings.ReplaceAll(string(good), place, strings.NewReplacer("%s", secret, "%%", "%").Replace(form))
			_, err := Load(write(t, dir, "acme.yaml", text))
			if err == nil {
				loads++ // such as a token in the path of an address that nothing forbids
				continue
			}
			if strings.Contains(strings.ToLower(err.Error()), "hunter2") {
				t.Errorf("%s for %s: the secret is repeated:\n%v", form, place, err)
			}
		}
	}
	if all := len(places) * len(forms); loads > all/4 {
		t.Errorf("%d of %d load: the test plants where nobody looks", loads, all)
	}
	if _, err := Load(filepath.Join("testdata", "good", "acme.yaml")); err != nil {
		t.Error(err)
	}
}
