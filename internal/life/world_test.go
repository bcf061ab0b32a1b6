package life

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/pass"
	"github.com/alignd/alignd/internal/plan"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/internal/store"
)

// world is one org in which a life is lived.
type world struct {
	ctx   context.Context
	dir   string
	now   time.Time     // the trackers' clock
	skew  time.Duration // how far alignd's own clock is from it
	sites []site
	file  file
	page  int // items on a page of a tracker; 0: as many as each gives

	dbs     [2]*database // the second is another alignd's, on another machine
	current int
	backup  []byte     // a copy of the first one's file; nil: none was made
	saved   *plan.Plan // what `plan -o` wrote; nil: nothing
	process *process
	saboteur

	tick   int // counts what happens; the order of things goes by it
	past   map[roadmap.Key]*memory
	deeds  []deed
	asked  map[mentioned][]time.Time // when, by alignd's clock
	during during
	result *pass.Outcome // of the last pass
	log    []string      // the life, told
	wrong  string        // the first promise that was broken
}

// mentioned is a person on a tracker, and the alignd that mentioned them: of what
// another did it does not know.
type mentioned struct {
	tracker, who string
	db           int
}

// database is one alignd's memory.
type database struct {
	path  string
	begun bool // the file is there
	store *store.Store
	since int // deeds before this one it need not know of
	saw   int // the tick at which the last pass planned in which all went well
	good  int // and ended
}

// monday is when every life begins: in working hours.
var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// newWorld makes an org of some of the three trackers, with a few stories each.
func newWorld(dir string, p plot, sab saboteur) *world {
	w := &world{
		ctx: context.Background(), dir: dir, now: monday, process: &process{}, saboteur: sab,
		past: map[roadmap.Key]*memory{}, asked: map[mentioned][]time.Time{}, file: p.file, page: p.page,
	}
	for _, kind := range p.kinds {
		switch kind {
		case "cloud":
			w.sites = append(w.sites, newJira(w, "jira", p))
		case "datacenter":
			w.sites = append(w.sites, newJira(w, "dc", p))
		case "linear":
			w.sites = append(w.sites, newLinear(w, int64(p.seed)))
		}
	}
	for _, s := range w.sites {
		for n := range p.stories {
			s.add(w.now.AddDate(0, 0, -3-n))
			s.put(s.stories()[n], n%3)
		}
	}
	for i := range w.dbs {
		w.dbs[i] = &database{path: filepath.Join(dir, fmt.Sprintf("%d.db", i))}
	}
	w.write(w.dbs[0], nil) // few lives need the other
	return w
}

func (w *world) clock() time.Time { return w.now }

// alignd is the time by alignd's own clock.
func (w *world) alignd() time.Time { return w.now.Add(w.skew) }

func (w *world) wait(d time.Duration) { w.now = w.now.Add(d) }

// happen counts one thing that happens.
func (w *world) happen() int { w.tick++; return w.tick }

// db gives the database of the alignd at work, opened.
func (w *world) db() *database {
	d := w.dbs[w.current]
	if !d.begun {
		w.write(d, nil)
	}
	if d.store == nil {
		st, err := store.Open(w.ctx, d.path, "acme")
		if err != nil {
			panic(err)
		}
		d.store = st
	}
	return d
}

// shut ends the process: what is not committed is lost.
func (d *database) shut() {
	if d.store != nil {
		_ = d.store.Close()
		d.store = nil
	}
}

func (w *world) close() {
	for _, d := range w.dbs {
		if d.begun {
			d.shut()
			w.forgetFile(d.path)
		}
	}
}

// write puts a file in a database's place; nil: one that nothing is in.
func (w *world) write(d *database, content []byte) {
	if content == nil {
		content = blank()
	}
	if d.begun {
		w.forgetFile(d.path)
	}
	d.begun = true
	if err := os.WriteFile(d.path, content, 0o600); err != nil {
		panic(err)
	}
	processes.Store(d.path, w)
}

func (w *world) forgetFile(path string) {
	processes.Delete(path)
	for _, tail := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + tail)
	}
}

// blank is a database in which only the schema is: making it anew for every life
// would take most of the time.
var blank = sync.OnceValue(func() []byte {
	dir, err := os.MkdirTemp("", "alignd-life-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "blank.db")
	st, err := store.Open(context.Background(), path, "acme")
	if err != nil {
		panic(err)
	}
	if err := st.Close(); err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
})

// processes finds the world whose process has a database open, for the hook at
// which that process dies: SQLite asks it before each commit.
var processes sync.Map // path -> *world

func hookCommits(driver *sqlite3.SQLiteDriver) {
	driver.ConnectHook = func(c *sqlite3.SQLiteConn) error {
		w, ok := processes.Load(c.GetFilename("main"))
		if !ok {
			return nil
		}
		c.RegisterCommitHook(func() int {
			if w.(*world).process.commit() {
				return 0
			}
			return 1
		})
		// Nobody else has a life's database open, and locking is half of what a
		// commit costs.
		_, err := c.Exec("PRAGMA locking_mode = EXCLUSIVE", nil)
		return err
	}
}

// how says in which way a pass is made.
type how int

const (
	write   how = iota // mode: write
	observe            // mode: observe
	look               // plan, report
	undo               // of the last run that wrote
	save               // plan -o
	apply              // the saved plan, or nothing
)

// during is what is known of the pass under way.
type during struct {
	how     how
	db      int
	truth   map[roadmap.Key]string // linkages when it began
	planned map[roadmap.Key]string // and when it began to write
	file    file
	only    *plan.Plan           // what may be written; nil: whatever the pass plans
	flagged map[roadmap.Key]bool // stories on which nothing of ours stood and something does now

	plannedAt int // tick
	creates   int
	from      int // deeds before it
}

// pass makes one pass of the alignd whose turn it is, in which a fault strikes;
// between, if not nil, happens between the plan and the first write.
func (w *world) pass(h how, f fault, between func()) {
	w.beforePass()
	db := w.db()
	w.process = &process{fault: f}
	w.during = during{how: h, db: w.current, truth: w.truth(), file: w.file, from: len(w.deeds), flagged: map[roadmap.Key]bool{}}
	if h == apply {
		if w.saved == nil {
			return
		}
		w.during.how, w.during.only = write, w.saved
		h = write
	}
	p := w.newPass(h, db, between)
	var o *pass.Outcome
	var err error
	if h == undo {
		o, err = w.undoLast(p, db)
	} else {
		o, err = p.Once(w.ctx)
	}
	dead := w.process.dead
	w.process = &process{}
	w.happen()
	if dead {
		db.shut()
	}
	w.result = o
	if h == save && o != nil && err == nil {
		w.saved = &o.Plan
	}
	if o != nil {
		for _, held := range o.Plan.Held {
			w.tell("    %s %s %s held: %s", held.Ref, held.Action, short(held.Value), held.Reason)
		}
		if err := errors.Join(o.Err(), o.WriteErr(), err); err != nil {
			w.tell("    %s", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	if !dead {
		w.afterPass(h, o, err)
	}
	w.during = during{how: observe}
}

func (w *world) newPass(h how, db *database, between func()) *pass.Pass {
	org := w.org()
	p := &pass.Pass{
		Org: w.sabotageOrg(org), Store: db.store, Now: w.alignd, Log: slog.New(slog.DiscardHandler),
		Trackers: map[string]connectors.Tracker{}, Look: h == look || h == save,
	}
	for i, t := range p.Org.Trackers {
		src := map[int]config.Source{i: org.Roadmap[i]}
		tr, err := w.sites[i].connect(w, t, src, &door{w, w.sites[i]})
		if err != nil {
			panic(err)
		}
		p.Trackers[t.Name] = w.sabotageTracker(tr, w.sites[i])
	}
	if h == write || w.writesAlways && h == observe {
		p.Allow = func(planned plan.Plan) (bool, error) {
			if only := w.during.only; only != nil && !w.anyPlan && only.Fingerprint() != planned.Fingerprint() {
				return false, nil
			}
			w.during.plannedAt = w.happen()
			if between != nil {
				between()
			}
			w.during.planned = w.truth()
			return true, nil
		}
	}
	return p
}

// undoLast takes back the last run that wrote something.
func (w *world) undoLast(p *pass.Pass, db *database) (*pass.Outcome, error) {
	entries, err := db.store.Log(w.ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(entries) {
		if e.Outcome == store.Done {
			return p.Undo(w.ctx, e.Run, func([]roadmap.Change, []pass.Left) (bool, error) { return true, nil })
		}
	}
	return nil, nil
}

func (w *world) org() *config.Org { return load(w.file.text(w.sites), w.dir) }

// truth gives the linkage of every story as it is.
func (w *world) truth() map[roadmap.Key]string {
	truth := map[roadmap.Key]string{}
	for _, s := range w.sites {
		for _, id := range s.stories() {
			truth[roadmap.Key{Tracker: s.name(), ID: id}] = s.linkage(id)
		}
	}
	return truth
}

// snapshot is a tracker as it stands.
func (w *world) snapshot(s site) map[string]thing {
	all := map[string]thing{}
	for _, id := range s.things() {
		all[id] = s.look(id)
	}
	return all
}

// tell notes what happens, for who reads a life that broke a promise.
func (w *world) tell(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

// violate notes that a promise was broken. Only the first counts: what follows
// may follow from it.
func (w *world) violate(promise, format string, args ...any) {
	if w.wrong == "" {
		w.wrong = promise + ": " + fmt.Sprintf(format, args...)
		w.tell("BROKEN %s", w.wrong)
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
