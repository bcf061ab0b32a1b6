package report_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/alignd/alignd/internal/report"
)

// axePath is where `make test` puts axe-core, which looks for what keeps people
// from reading a page.
const axePath = "../../bin/axe/node_modules/axe-core/axe.min.js"

// browser starts a Chromium with a tab for the test, or skips it.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium is on the PATH, so the page is not looked at in a browser. Try: make test, which installs it where it can")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until it has let go of its folder
		cancel()
	})
	return ctx
}

// open shows a page at a width in a scheme of colours, and gives the addresses
// of all that it asked for.
func open(t *testing.T, ctx context.Context, page string, width int64, scheme, media string) (asked func() []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var addresses []string
	err := chromedp.Listen(ctx, func(ev any) {
		if sent, ok := ev.(*network.EventRequestWillBeSent); ok {
			mu.Lock()
			defer mu.Unlock()
			addresses = append(addresses, sent.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	look := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), look, chromedp.Navigate("file://"+path)); err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return addresses
	}
}

// ask evaluates an expression in the open page.
func ask[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestPageAlone: in a real browser the page asks for nothing but itself, though
// its texts name an address that answers; nothing of them runs, and links lead
// to http and https only.
func TestPageAlone(t *testing.T) {
	var hits atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer elsewhere.Close()
	ctx := browser(t)
	asked := open(t, ctx, html(t, hostile(elsewhere.URL)), 1280, "light", "screen")
	ask[int](t, ctx, `document.querySelectorAll("details").forEach(d => d.open = true), 0`)
	if got := asked(); len(got) != 1 || !strings.HasPrefix(got[0], "file://") {
		t.Errorf("the page asked for %q, want itself alone", got)
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests came to another server", n)
	}
	if ask[bool](t, ctx, `"hacked" in window || document.querySelectorAll("script, img, iframe, object, embed, form, link, base").length > 0`) {
		t.Error("a text of others became a part of the page")
	}
	links := ask[[]string](t, ctx, `[...document.querySelectorAll("main a")].map(a => a.getAttribute("href"))`)
	if len(links) == 0 {
		t.Error("the page has no link to a tracker")
	}
	for _, link := range links {
		if u, err := url.Parse(link); err != nil || u.Scheme != "http" && u.Scheme != "https" {
			t.Errorf("a link leads to %q", link)
		}
	}
	if n := ask[int](t, ctx, `[...document.links].filter(a => !a.hash && !a.relList.contains("noopener")).length`); n != 0 {
		t.Errorf("%d links are without noopener", n)
	}
}

// TestPageFits: at the width of a phone and of a desk nothing sticks out to the
// side, however long and unbroken the texts are; headings go down one level at a
// time; and in print what is folded is unfolded.
func TestPageFits(t *testing.T) {
	ctx := browser(t)
	pages := map[string]report.Report{"small": smallReport(t), "hostile": hostile("http://127.0.0.1:9")}
	for name, r := range pages {
		page := html(t, r)
		for _, width := range []int64{1280, 390, 320} {
			open(t, ctx, page, width, "light", "screen")
			if over := ask[int](t, ctx, `document.querySelectorAll("details").forEach(d => d.open = true), document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("%s at %d pixels: the page is %d too wide", name, width, over)
			}
		}
		levels := ask[string](t, ctx, `[...document.querySelectorAll("h1, h2, h3, h4")].map(h => h.tagName[1]).join("")`)
		if !strings.HasPrefix(levels, "12") || strings.Count(levels, "1") != 1 || strings.Contains(levels, "13") {
			t.Errorf("%s: the headings go %s", name, levels)
		}
		open(t, ctx, page, 794, "dark", "print")
		if n := ask[int](t, ctx, `[...document.querySelectorAll("details li, details tr")].filter(e => !e.checkVisibility({contentVisibilityAuto: true}) || e.getBoundingClientRect().height === 0).length`); n > 0 {
			t.Errorf("%s: %d folded rows are not printed", name, n)
		}
		if paper := ask[string](t, ctx, `getComputedStyle(document.body).backgroundColor`); paper != "rgb(255, 255, 255)" {
			t.Errorf("%s: the paper is %s", name, paper)
		}
	}
}

// TestPageAccessible: axe-core finds nothing serious, on a desk and on a phone,
// in light and in dark.
func TestPageAccessible(t *testing.T) {
	axe, err := os.ReadFile(axePath)
	if err != nil {
		t.Skipf("%s is not there, so nobody asks whether all people can read the page. Try: make test, which gets it with npm", axePath)
	}
	ctx := browser(t)
	for _, r := range []report.Report{smallReport(t), hostile("http://127.0.0.1:9")} {
		page := html(t, r)
		for _, width := range []int64{1280, 390} {
			for _, scheme := range []string{"light", "dark"} {
				open(t, ctx, page, width, scheme, "screen")
				ask[bool](t, ctx, string(axe)+`;document.querySelectorAll("details").forEach(d => d.open = true), true`)
				type violation struct {
					ID, Impact, Help string
					Nodes            []string
				}
				found, err := chromedp.Run(ctx, chromedp.Evaluate[[]violation](
					`axe.run().then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.slice(0, 3).map(n => n.html)})))`,
					chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range found {
					t.Errorf("%d pixels, %s: %s (%s): %s, in %q", width, scheme, v.ID, v.Impact, v.Help, v.Nodes)
				}
			}
		}
	}
}
