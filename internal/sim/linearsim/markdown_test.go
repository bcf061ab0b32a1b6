package linearsim

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What Linear has rendered once comes back the same ever after.
func TestRenderingTwiceIsRenderingOnce(t *testing.T) {
	pieces := rapid.SampledFrom([]string{
		"a", " ", "\n", "\n\n", "\r\n", "- ", "* ", "+ ", "  ", "- [ ] ", "~", "~~", `\~`, `\`, " __now__ ", "**", "`~ lib.rs`", "\n```\n* a  \n```\n", "health.rs", "(", ")", ".",
		"[x](<http://x.org>)", "https://acme.example/a_b", "<!--", "-->", "alignd · acme · story-without-goal", "+++ More",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(pieces, 0, 20).Draw(t, "text"), "")
		once := canonicalMarkdown(text)
		if twice := canonicalMarkdown(once); twice != once {
			t.Fatalf("%q came back as %q and then as %q", text, once, twice)
		}
	})
}
