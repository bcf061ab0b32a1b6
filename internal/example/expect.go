package example

import (
	"slices"
	"strings"

	"github.com/alignd/alignd/config"
	"github.com/alignd/alignd/internal/roadmap"
	"github.com/alignd/alignd/mapping"
)

// expectation is one line of what is expected, read.
type expectation struct {
	line int    // in the file
	text string // as written
	what string // the word that tells what it is about; "stories" where it is a story's linkage
	ref  roadmap.Ref
	rest string   // what follows the ref, or the whole after what
	list []string // refs or words, where the line has a list of them
	rule []roadmap.Rule
}

// spoken gives the words with which an expectation may begin, besides a ref.
func spoken() []string {
	return []string{
		"different", "find", "finding", "goal", "goals", "no", "not-tried", "path", "resolved", "same", "says", "silent", "tried", "why",
	}
}

func linkages() []string {
	return []string{string(mapping.Linked), string(mapping.Closed), string(mapping.Unlinked), string(mapping.Unknown)}
}

// expect reads one line of what is expected of a world. only are the rules whose
// findings are compared; nil: all.
func (w *World) expect(line string, only []roadmap.Rule) (expectation, *LineError) {
	words := split(line, nil)
	if len(words) == 0 {
		return expectation{}, (&word{}).fail("", "the line is empty")
	}
	e := expectation{text: line, what: words[0].text}
	if line == "no stories" || line == "no findings" {
		e.what = line
		return e, nil
	}
	if len(words) == 1 {
		return e, words[0].fail("a comma ends a line of a list in [ ]", "what is expected of it?")
	}
	rest := word{words[1].at, string([]rune(line)[words[1].at:])}
	e.rest = rest.text
	var err *LineError
	switch e.what {
	case "no":
		err = words[1].fail(config.DidYouMean(rest.text, []string{"stories", "findings"}), "want no stories or no findings")
	case "finding":
		err = w.finding(&e, words, only)
	case "goals":
		err = w.seen(&e, rest)
	case "goal":
		e.ref, err = w.there(words[1])
		for _, word := range words[2:] {
			name, _ := word.pair()
			if known := []string{"done", "open", "pm", "po", "status"}; err == nil && !slices.Contains(known, name) {
				err = word.fail(config.DidYouMean(name, known), "a goal has no %q; it has %s", name, strings.Join(known, ", "))
			}
			e.list = append(e.list, word.text)
		}
	case "path":
		e.ref, err = w.there(words[1])
		for _, step := range strings.Split(rest.text, " > ") {
			e.list = append(e.list, strings.TrimSpace(step))
		}
	case "resolved":
		err = w.resolved(&e, words)
	case "tried", "says", "why":
		err = w.said(&e, words[1], rest)
	case "not-tried", "silent":
		e.ref, err = w.there(words[1])
	case "find":
		if len(words) < 4 && !strings.Contains(rest.text, " fails: ") {
			err = rest.fail("", "want find NAME is REF, or find NAME fails: WORDS")
		}
	case "same", "different":
		err = w.same(&e, words)
	default:
		err = w.story(&e, words, rest)
	}
	return e, err
}

// there reads a ref of something that is given: an expectation of anything else
// is a slip.
func (w *World) there(name word) (roadmap.Ref, *LineError) {
	ref, err := w.ref(name, "")
	if err == nil && !w.given[ref] {
		known := make([]string, 0, len(w.given))
		for r := range w.given {
			known = append(known, string(r))
		}
		slices.Sort(known)
		err = name.fail(config.DidYouMean(string(ref), known), "no line gives %s", ref)
	}
	return ref, err
}

// seen reads a list of refs, with commas between them.
func (w *World) seen(e *expectation, list word) *LineError {
	for _, name := range list.list() {
		text := strings.TrimLeft(name.text, " ")
		ref, err := w.there(word{name.at + len(name.text) - len(text), strings.TrimSpace(text)})
		if err != nil {
			return err
		}
		e.list = append(e.list, string(ref))
	}
	return nil
}

// story reads REF LINKAGE [GOAL,GOAL], or REF is no story: WHY.
func (w *World) story(e *expectation, words []word, rest word) *LineError {
	if !strings.Contains(words[0].text, ":") {
		return words[0].fail(config.DidYouMean(words[0].text, spoken()),
			"what is expected begins with a ref, or one of %s", strings.Join(spoken(), ", "))
	}
	var err *LineError
	if e.ref, err = w.there(words[0]); err != nil {
		return err
	}
	if why, ok := strings.CutPrefix(rest.text, "is no story: "); ok {
		e.what, e.rest = "no story", why
		return nil
	}
	if !slices.Contains(linkages(), words[1].text) {
		return words[1].fail(config.DidYouMean(words[1].text, linkages()),
			"there is no linkage %q; it is %s", words[1].text, strings.Join(linkages(), ", "))
	}
	e.what, e.rest = "stories", words[1].text
	switch {
	case len(words) > 3:
		return words[3].fail("write them with commas and no spaces: GOAL,GOAL", "too many words")
	case len(words) == 3:
		return w.seen(e, words[2])
	}
	return nil
}

// finding reads finding RULE REF, in which the ref may be person:NAME or
// TRACKER:sprint:NAME.
func (w *World) finding(e *expectation, words []word, only []roadmap.Rule) *LineError {
	if err := w.rule(e, words[1]); err != nil {
		return err
	}
	if only != nil && !slices.Contains(only, e.rule[0]) {
		return words[1].fail("add it to them", "%s is none of the rules that this document compares", e.rule[0])
	}
	if len(words) < 3 {
		return words[1].fail("", "want finding RULE REF")
	}
	name := word{words[2].at, string([]rune(e.text)[words[2].at:])}
	e.ref = roadmap.Ref(bare(name.text))
	if strings.HasPrefix(name.text, "person:") || strings.HasPrefix(e.ref.Key(), "sprint:") {
		return nil
	}
	var err *LineError
	e.ref, err = w.there(name)
	return err
}

func (w *World) rule(e *expectation, names word) *LineError {
	for _, name := range names.list() {
		rule := roadmap.Rule(name.text)
		if _, ok := w.org.Rules[rule]; !ok {
			known := map[string]bool{}
			for r := range w.org.Rules {
				known[string(r)] = true
			}
			return name.fail(config.DidYouMean(name.text, keys(known)), "there is no rule %q", name.text)
		}
		e.rule = append(e.rule, rule)
	}
	return nil
}

// said reads REF | WORDS, in which a sprint's or a person's ref may hold spaces.
func (w *World) said(e *expectation, first, rest word) *LineError {
	ref, words, ok := strings.Cut(rest.text, " | ")
	if !ok {
		return first.fail("", "want %s REF | WORDS", e.what)
	}
	e.ref, e.rest = roadmap.Ref(strings.TrimSpace(ref)), strings.TrimSpace(words)
	if e.ref.Tracker() == "person" || strings.HasPrefix(e.ref.Key(), "sprint:") {
		return nil
	}
	var err *LineError
	e.ref, err = w.there(word{first.at, string(e.ref)})
	return err
}

// resolved reads resolved RULE REF | WORDS.
func (w *World) resolved(e *expectation, words []word) *LineError {
	if len(words) < 4 {
		return words[0].fail("", "want resolved RULE REF | WORDS")
	}
	if err := w.rule(e, words[1]); err != nil {
		return err
	}
	return w.said(e, words[2], word{words[2].at, string([]rune(e.text)[words[2].at:])})
}

// same reads same GOAL ROLE GOAL ROLE.
func (w *World) same(e *expectation, words []word) *LineError {
	if len(words) != 5 {
		return words[0].fail("", "want %s GOAL pm GOAL po", e.what)
	}
	for i, word := range words[1:] {
		if i%2 == 0 {
			if _, err := w.there(word); err != nil {
				return err
			}
		} else if word.text != "pm" && word.text != "po" {
			return word.fail("", "want pm or po, not %q", word.text)
		}
		e.list = append(e.list, word.text)
	}
	return nil
}
