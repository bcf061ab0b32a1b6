package life

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alignd/alignd/internal/roadmap"
)

// act is one thing that happens in a life. Its numbers are taken modulo what
// there is, so that it means something whatever acts stand before it.
type act struct {
	name           string
	site, thing, n int
	fault          fault // of a pass
	between        *act  // of a pass: what happens between the plan and the first write
}

func (a act) String() string {
	s := fmt.Sprintf("%s %d/%d/%d", a.name, a.site, a.thing, a.n)
	if a.fault.what != fine {
		of := "request"
		switch {
		case a.fault.what == diesCommit:
			of = "commit"
		case a.fault.writes:
			of = "write"
		}
		s += fmt.Sprintf(", %s at %s %d", a.fault.what, of, a.fault.at)
		if a.fault.times > 1 {
			s += fmt.Sprintf(" to %d", a.fault.at+a.fault.times-1)
		}
	}
	if a.between != nil {
		s += ", in between: " + a.between.String()
	}
	return s
}

// doing is one kind of act, and how often it comes.
type doing struct {
	name  string
	often int
	do    func(w *world, a act, s site, id string)
}

// at gives the identity of the story or thing that an act is about.
func at(s site, id string) roadmap.Key { return roadmap.Key{Tracker: s.name(), ID: id} }

// standing labels are those that alignd writes.
var written = []string{"needs-goal", "off-roadmap", "goal-closed", "needs-po", "needs-pm"}

// people are the acts of people and of another bot.
var people = []doing{
	{"takes our label off", 8, func(w *world, a act, s site, id string) { w.takeOff(s, id, ana) }},
	{"a bot takes our labels off", 2, func(w *world, _ act, s site, _ string) {
		for _, id := range s.things() {
			w.takeOff(s, id, robot)
		}
	}},
	{"deletes our comment", 6, func(w *world, a act, s site, id string) {
		for _, c := range s.look(id).comments {
			if c.by == bot {
				m := w.memory(at(s, id))
				w.word(m, &m.comment, "a person deleted the comment")
				s.unsay(id, c.id)
			}
		}
	}},
	{"edits our comment", 3, func(w *world, a act, s site, id string) {
		for _, c := range s.look(id).comments {
			if c.by == bot {
				m := w.memory(at(s, id))
				w.word(m, &m.comment, "a person edited the comment")
				m.comment.speaks = false
				body := "We know."
				if a.n%2 == 0 {
					body += c.body[max(0, strings.LastIndex(c.body, "\n")):]
				}
				s.rewrite(id, c.id, ana, body)
			}
		}
	}},
	{"puts a label of ours on by hand", 3, func(w *world, a act, s site, id string) {
		label := written[a.n%2]
		w.memory(at(s, id)).touched = true
		l := w.memory(at(s, id)).label(label)
		l.absent = false
		if w.unsettled(at(s, id), label) {
			l.ours = true // nobody can tell it from one whose removal never arrived
		}
		s.label(id, label, ana, true)
	}},
	{"puts another label on", 3, func(w *world, a act, s site, id string) {
		s.label(id, []string{"urgent", "no-sync"}[a.n%2], robot, true)
		w.changes(at(s, id))
	}},
	{"ignores", 2, func(w *world, a act, s site, id string) { s.label(id, ignore, ana, a.n%3 > 0) }},
	{"links by a label", 3, func(w *world, a act, s site, id string) {
		label := "goal:grow"
		if j, is := s.(*jiraSite); is {
			goal, _ := j.Issue(j.goal)
			label = "goal:" + goal.Key
		}
		if slices.Contains(s.stories(), id) {
			s.label(id, label, ana, a.n%2 == 0)
			w.changes(at(s, id))
		}
	}},
	{"puts a story elsewhere", 12, func(w *world, a act, s site, _ string) {
		if id := pick(s.stories(), a.thing); id != "" {
			s.put(id, a.n%3)
			w.changes(at(s, id))
		}
	}},
	{"moves an epic", 4, func(w *world, a act, s site, _ string) { s.lift(a.n%2 == 0); w.changes() }},
	{"closes the goal", 3, func(w *world, a act, s site, _ string) { s.shut(a.n%2 == 0); w.changes() }},
	{"names a PO", 3, func(w *world, a act, s site, _ string) { s.own(a.n%2 == 0); w.changes() }},
	{"finishes a story", 4, func(w *world, a act, s site, _ string) {
		if id := pick(s.stories(), a.thing); id != "" {
			s.finish(id, a.n%3 > 0)
			w.changes(at(s, id))
		}
	}},
	{"retitles", 2, func(w *world, a act, s site, _ string) {
		if id := pick(s.stories(), a.thing); id != "" {
			s.retitle(id, fmt.Sprintf("Title %d [~accountid:ana] @ana", a.n))
		}
	}},
	{"copies our comment", 2, func(w *world, a act, s site, id string) {
		for _, from := range s.things() {
			for _, c := range s.look(from).comments {
				if c.by == bot {
					s.say(id, robot, c.body)
					return
				}
			}
		}
	}},
	{"moves a story out of the project, or back", 3, func(w *world, a act, s site, _ string) {
		if id := pick(s.stories(), a.thing); id != "" {
			s.move(id, a.n%3 > 0)
			w.changes(at(s, id))
		}
	}},
	{"hides a story, or shows it", 2, func(w *world, a act, s site, _ string) {
		if id := pick(s.stories(), a.thing); id != "" {
			s.hide(id, a.n%2 > 0)
			w.changes(at(s, id))
		}
	}},
	{"deletes a story", 1, func(w *world, a act, s site, _ string) {
		if id := pick(s.stories(), a.thing); id != "" {
			s.remove(id)
		}
	}},
	{"adds a story", 3, func(w *world, a act, s site, _ string) {
		s.add(w.now.Add(-time.Duration(a.n%40) * time.Hour))
	}},
}

// strays is how many stories come at once where many do: more than the floor of
// max_share, and more than its share.
const strays = 24

// world's own acts: time, machines, the file.
var circumstances = []doing{
	{"time passes", 10, func(w *world, a act, _ site, _ string) {
		w.wait([]time.Duration{time.Hour, 5 * time.Hour, 26 * time.Hour, 50 * time.Hour}[a.n%4])
	}},
	{"adds many strays", 1, func(w *world, _ act, s site, _ string) {
		for range strays {
			s.add(w.now.AddDate(0, 0, -3))
		}
	}},
	{"alignd's account is demoted, or is not any more", 1, func(w *world, a act, s site, _ string) { s.demote(a.n%2 == 0) }},
	{"alignd's clock jumps", 2, func(w *world, a act, _ site, _ string) {
		w.skew += []time.Duration{-30 * time.Hour, -time.Hour, 2 * time.Hour}[a.n%3]
	}},
	{"edits the file", 7, func(w *world, a act, _ site, _ string) {
		key := w.file.keys()[a.n%9]
		*key = !*key
		w.changes()
	}},
	{"restarts", 2, func(w *world, _ act, _ site, _ string) { w.dbs[w.current].shut() }},
	{"backs up", 2, func(w *world, _ act, _ site, _ string) {
		d := w.dbs[0]
		d.shut() // so that all of it is in the one file
		var err error
		if w.backup, err = os.ReadFile(d.path); err != nil {
			panic(err)
		}
	}},
	{"restores the old backup", 2, func(w *world, _ act, _ site, _ string) {
		if w.backup != nil {
			w.replace(w.backup)
		}
	}},
	{"loses the database", 2, func(w *world, _ act, _ site, _ string) { w.replace(nil) }},
	{"another alignd makes a pass", 2, func(w *world, a act, _ site, _ string) {
		w.current = 1
		w.pass(write, a.fault, nil)
		w.current = 0
		w.forget()
		for _, m := range w.past {
			m.touched = true
		}
	}},
}

func (w *world) replace(content []byte) {
	d := w.dbs[0]
	d.shut()
	w.write(d, content)
	d.since = len(w.deeds)
	w.forget()
}

func (w *world) takeOff(s site, id, by string) {
	for _, label := range s.look(id).labels {
		if slices.Contains(written, label) {
			m := w.memory(at(s, id))
			w.word(m, m.label(label), by+" took it off")
			s.label(id, label, by, false)
		}
	}
}

// pick gives one of some, "" where there are none.
func pick(ids []string, n int) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[n%len(ids)]
}

// passes are how a pass is made, and how often.
var passes = []struct {
	name  string
	how   how
	often int
}{{"pass", write, 12}, {"observing pass", observe, 1}, {"look", look, 1}, {"undo", undo, 2}, {"plan -o", save, 1}, {"apply of the saved plan", apply, 1}}

// do makes an act happen.
func (w *world) do(a act) {
	w.tell("%s %s  %s", w.now.Format("Jan _2 15:04"), fmt.Sprint(w.skew), a)
	w.wait(3 * time.Minute)
	for _, p := range passes {
		if p.name == a.name {
			var between func()
			if a.between != nil {
				between = func() { w.person(*a.between) }
			}
			w.pass(p.how, a.fault, between)
			return
		}
	}
	w.person(a)
}

func (w *world) person(a act) {
	s := w.sites[a.site%len(w.sites)]
	id := pick(s.things(), a.thing)
	for _, d := range slices.Concat(people, circumstances) {
		if d.name == a.name {
			d.do(w, a, s, id)
			return
		}
	}
	panic("no such act: " + a.name)
}

// plot is a life before it is lived.
type plot struct {
	seed    uint64
	kinds   []string
	stories int
	file    file
	page    int  // items on a page of a tracker; 0: as many as each gives
	lag     int  // of Jira Cloud's search, in writes
	desk    bool // the Jiras' stories are requests of a service project
	acts    []act
}

// draw makes the plot of a seed.
func draw(seed uint64) plot {
	r := rand.New(rand.NewPCG(seed, 7))
	p := plot{seed: seed, stories: 2 + r.IntN(2)}
	// Most lives have one tracker, some two, few all: what one does to another is
	// found in few lives, and what breaks a promise is found by many.
	n := 1
	switch roll := r.IntN(20); {
	case roll == 0:
		n = 3
	case roll < 4:
		n = 2
	}
	for _, i := range r.Perm(len(kinds))[:min(n, len(kinds))] {
		p.kinds = append(p.kinds, kinds[i])
	}
	slices.Sort(p.kinds)
	for _, key := range p.file.keys() {
		*key = r.IntN(6) == 0
	}
	p.file.generous = r.IntN(2) == 0
	p.acts = append(p.acts, act{name: "pass"})
	for range 7 + r.IntN(7) {
		p.acts = append(p.acts, drawAct(r))
	}
	p.page = []int{3, 0, 0}[r.IntN(3)]
	p.lag = max(0, r.IntN(8)-4) // 0 in most
	p.desk = r.IntN(8) == 0
	return p
}

func drawAct(r *rand.Rand) act {
	a := act{site: r.IntN(3), thing: r.IntN(8), n: r.IntN(36)}
	if r.IntN(5) < 2 {
		weights := make([]int, len(passes))
		for i, p := range passes {
			weights[i] = p.often
		}
		a.name = passes[weigh(r, weights)].name
		a.fault = drawFault(r)
		if r.IntN(4) == 0 {
			b := act{name: people[weigh(r, weightsOf(people))].name, site: r.IntN(3), thing: r.IntN(8), n: r.IntN(36)}
			a.between = &b
		}
		return a
	}
	all := slices.Concat(people, circumstances)
	a.name = all[weigh(r, weightsOf(all))].name
	if a.name == "another alignd makes a pass" {
		a.fault = drawFault(r)
	}
	return a
}

func weightsOf(all []doing) []int {
	weights := make([]int, len(all))
	for i, d := range all {
		weights[i] = d.often
	}
	return weights
}

// weigh gives an index, each as often as its weight says.
func weigh(r *rand.Rand, weights []int) int {
	total := 0
	for _, n := range weights {
		total += n
	}
	at := r.IntN(total)
	for i, n := range weights {
		if at -= n; at < 0 {
			return i
		}
	}
	return 0
}

func drawFault(r *rand.Rand) fault {
	f := fault{what: fine, at: 1, times: 1 + r.IntN(3)}
	if r.IntN(2) == 0 {
		return f
	}
	f.what = []trouble{refused, lostRequest, lostAnswer, lostAnswer, cutShort, tooMany, unavailable, broken, partial, diesBefore, diesAfter, diesCommit}[r.IntN(12)]
	if f.writes = r.IntN(2) == 0; f.writes {
		f.at = 1 + r.IntN(4)
	} else {
		f.at = 1 + r.IntN(30)
	}
	if f.what == diesCommit {
		f.at = 1 + r.IntN(30)
	}
	return f
}

func (p plot) String() string {
	lines := []string{fmt.Sprintf("seed %d: %s, %d stories each, pages of %d, index lag %d, service project %t, file %+v",
		p.seed, strings.Join(p.kinds, " and "), p.stories, p.page, p.lag, p.desk, p.file)}
	for _, a := range p.acts {
		lines = append(lines, "  "+a.String())
	}
	return strings.Join(lines, "\n")
}
