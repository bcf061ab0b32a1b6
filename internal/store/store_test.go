package store

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/roadmap"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// open opens acme's database at a path, and closes it after the test.
func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, "acme")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // some tests close it themselves
	return s
}

// fresh opens a new database of acme's.
func fresh(t testing.TB) *Store {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "acme.db"))
}

// key names an item of the tracker jira.
func key(id string) roadmap.Key { return roadmap.Key{Tracker: "jira", ID: id} }

// story is an item as a tracker gives it, changed some minutes after noon.
func story(id, humanKey, title string, minutes int) roadmap.Item {
	return roadmap.Item{
		Key: key(id), Ref: roadmap.NewRef("jira", humanKey), Kind: roadmap.KindIssue, Title: title,
		Created: noon, Updated: noon.Add(time.Duration(minutes) * time.Minute),
	}
}

// filled is the path of a closed database of acme's with n items in it, and
// what is in the file.
func filled(t *testing.T, n int) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "acme.db")
	s, err := Open(t.Context(), path, "acme")
	if err != nil {
		t.Fatal(err)
	}
	var items []roadmap.Item
	for i := range n {
		items = append(items, story(string(rune('a'+i%26))+strings.Repeat("x", i/26), "PAY-1", strings.Repeat("long title ", 20), 0))
	}
	if err := s.PutItems(t.Context(), items); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, content
}

// Every file that is not ours to use is refused in words, and left byte for byte
// as it was.
func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		file func(t *testing.T) string // makes the file
		says []string
	}{
		{"a text file", func(t *testing.T) string {
			return write(t, []byte(strings.Repeat("org: acme\n", 1000)))
		}, []string{"not a database", "left as it is", "Try:"}},
		{"a text file shorter than a database's header", func(t *testing.T) string {
			return write(t, []byte("hello"))
		}, []string{"not a database", "left as it is"}},
		{"a database that lost its second half", func(t *testing.T) string {
			path, content := filled(t, 300)
			return rewrite(t, path, content[:len(content)/2])
		}, []string{"left as it is", "restore a backup"}},
		{"a database with rubbish in the middle", func(t *testing.T) string {
			path, content := filled(t, 300)
			copy(content[len(content)/2:], bytes.Repeat([]byte{0xA5}, 8192))
			return rewrite(t, path, content)
		}, []string{"left as it is", "restore a backup"}},
		{"a database of another org", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "other.db")
			s, err := Open(t.Context(), path, "globex")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return path
		}, []string{`belongs to org "globex", not "acme"`, "Try: another store"}},
		{"a database of a newer alignd", func(t *testing.T) string {
			path, _ := filled(t, 1)
			sqlite(t, path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
			return path
		}, []string{"newer alignd", "schema 9999"}},
		{"a database of another program", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "places.sqlite")
			sqlite(t, path, "CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('https://example.com')")
			return path
		}, []string{"not alignd's", "bookmarks", "Try:"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := c.file(t)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), path, "acme")
			if err == nil {
				_ = s.Close()
				t.Fatal("it was opened")
			}
			for _, part := range append(c.says, path) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
			after, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(before, after) {
				t.Errorf("the file was changed: %d bytes before, %d after", len(before), len(after))
			}
		})
	}
}

// write puts content into a file of its own.
func write(t *testing.T, content []byte) string {
	t.Helper()
	return rewrite(t, filepath.Join(t.TempDir(), "acme.db"), content)
}

func rewrite(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sqlite runs a statement on a file without alignd.
func sqlite(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenWhereNothingMayBeWritten(t *testing.T) {
	if os.Geteuid() == 0 {
		// The superuser may write anywhere: a file where the folder should be.
		path := filepath.Join(write(t, []byte("x")), "acme.db")
		if _, err := Open(t.Context(), path, "acme"); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v", err)
		}
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "acme.db")
	if _, err := Open(t.Context(), path, "acme"); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "Try: --data") {
		t.Errorf("error %v", err)
	}
}

// A path is a path, whatever a URI would make of it.
func TestPathsWithSpecialCharacters(t *testing.T) {
	for _, name := range []string{"plain", "with space", "a?b=c", "a#b", "100%25", "a+b&c", "a:b;c", "Größe 東京", `back\slash`, "'quote\"", "?mode=memory", "file:x"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name, name+".db")
			s := open(t, path)
			if err := s.PutItems(t.Context(), []roadmap.Item{story("1", "PAY-1", "One", 0)}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s.Path() != path {
				t.Errorf("path %s, want %s", s.Path(), path)
			}
			if items, _, err := open(t, path).Items(t.Context()); err != nil || len(items) != 1 {
				t.Errorf("%d items, error %v, after opening it again", len(items), err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatalf("the file is not where it was asked for: %v", err)
			}
			if info.Size() == 0 {
				t.Error("the file is empty")
			}
		})
	}
}

// A path relative to where the program was started works as any other.
func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	s := open(t, filepath.Join("state", "acme.db"))
	if err := s.PutItems(t.Context(), []roadmap.Item{story("1", "PAY-1", "One", 0)}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join("state", "acme.db")); err != nil {
		t.Error(err)
	}
}

// The file, its log and its lock hold names and titles: for the owner only.
func TestFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "acme.db")
	s := open(t, path)
	if err := s.PutItems(t.Context(), []roadmap.Item{story("1", "PAY-1", "One", 0)}); err != nil {
		t.Fatal(err)
	}
	release, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for name, want := range map[string]os.FileMode{path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(name), got, want)
		}
	}
}

// What the DSN asks for is what SQLite does, on every connection.
func TestPragmas(t *testing.T) {
	s := fresh(t)
	for pragma, want := range map[string]string{
		"journal_mode": "wal",
		"synchronous":  "2", // FULL
		"busy_timeout": "5000",
		"foreign_keys": "1",
	} {
		var got string
		if err := s.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}

// Two programs that start at once on a database that does not exist yet (the
// service and a person's `alignd plan`) both get one.
func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "acme.db")
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			s, err := Open(t.Context(), path, "acme")
			if err != nil {
				errs[i] = err
				return
			}
			errs[i] = s.Close()
		})
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("opener %d: %v", i, err)
		}
	}
}

// Two handles writing at once queue; neither is told that the database is locked.
func TestTwoHandlesWriteAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "acme.db")
	handles := []*Store{open(t, path), open(t, path)}
	var all sync.WaitGroup
	for n, s := range handles {
		all.Go(func() {
			for i := range 100 {
				id := string(rune('a'+n)) + string(rune('A'+i%26))
				page := connectors.Page{Items: []roadmap.Item{story(id, "PAY-1", "One", i)}, Next: connectors.Cursor(id)}
				if err := s.PutPage(t.Context(), "jira", page, noon); err != nil {
					t.Errorf("handle %d: %v", n, err)
					return
				}
				run, err := s.BeginRun(t.Context(), true, noon)
				if err == nil {
					err = s.EndRun(t.Context(), run, true, "", noon)
				}
				if err != nil {
					t.Errorf("handle %d: %v", n, err)
					return
				}
			}
		})
	}
	all.Wait()
	if items, _, err := handles[0].Items(t.Context()); err != nil || len(items) != 52 {
		t.Errorf("%d items, error %v; want the 26 of each", len(items), err)
	}
}
