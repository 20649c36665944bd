package page

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// written returns the address of a file with the page of a report.
func written(t *testing.T, r Report) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, Format(r), 0o666); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: file}).String()
}

func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	for name, test := range map[string]func(*testing.T, *tab){
		"audit":          testAudit,
		"hostile text":   testHostileText,
		"policy":         testPolicy,
		"filter":         testFilter,
		"without script": testWithoutScript,
		"keyboard":       testKeyboard,
	} {
		t.Run(name, func(t *testing.T) { test(t, b.tab(t)) })
	}
}

// testAudit opens pages as people do, on large and small screens, light and
// dark, and checks what testdata/audit.js checks, that nothing is logged, as
// whatever breaks the policy would be, and that nothing else is loaded.
func testAudit(t *testing.T, b *tab) {
	audit, err := os.ReadFile("testdata/audit.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]Report{
		"measured": measuredReport(),
		"static":   staticReport(),
		"hostile":  filledReport(hostile),
		"long":     filledReport(strings.Repeat("W", 400)),
		"nothing":  {Module: "example.com/m", Version: "v1.2.3", Problems: []string{"b/b.go:3:8: undefined: undefined"}},
	} {
		address := written(t, r)
		b.open(address)
		// What one has to ask for has to be right, too.
		eval[bool](b, `document.querySelectorAll("details").forEach((e) => e.open = true) === undefined`)
		for _, width := range []int{1280, 360} {
			for _, scheme := range []string{"light", "dark"} {
				at := fmt.Sprintf("%s, %d pixels, %s", name, width, scheme)
				b.width(width)
				b.prefer(scheme)
				for _, wrong := range eval[[]string](b, strings.ReplaceAll(string(audit), "WIDTH", fmt.Sprint(width))) {
					t.Errorf("%s: %s", at, wrong)
				}
				ground := eval[int](b, `Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0])`)
				if dark := ground < 64; dark != (scheme == "dark") {
					t.Errorf("%s: the ground has a red of %d", at, ground)
				}
				shown := eval[int](b, `Array.from(document.querySelectorAll("article[data-analyzer]")).filter((e) => e.checkVisibility()).length`)
				if shown != len(r.Findings) {
					t.Errorf("%s: %d of %d findings are visible", at, shown, len(r.Findings))
				}
			}
		}
		logged, loaded := b.complaints()
		if len(logged) > 0 {
			t.Errorf("%s: logged %s", name, logged)
		}
		if !slices.Equal(loaded, []string{address}) {
			t.Errorf("%s: loaded %q, want %s only", name, loaded, address)
		}
	}
}

// testHostileText checks that a browser takes hostile text for text,
// wherever it is.
func testHostileText(t *testing.T, b *tab) {
	b.open(written(t, filledReport(hostile)))
	shown := strings.Map(legible, hostile)
	if got, want := eval[string](b, "document.title"), "memlint: "+shown; got != want {
		t.Errorf("the title is %q, want %q", got, want)
	}
	if got := eval[[]string](b, `Array.from(document.querySelectorAll("script, img, iframe, object, link, base, form, [onclick], [onerror], [style]"), (e) => e.outerHTML.slice(0, 40))`); len(got) != 1 {
		t.Errorf("the page has %q, want its script only", got)
	}
	for what, selector := range map[string]string{
		"message": "article h3", "position": ".at", "function": ".at code:nth-of-type(2)", "rule": ".rule", "source": "pre", "path": ".path p",
		"fix": ".fixes li", "problem": ".problems li", "profile": ".names li", "stack": ".stack li", "holder": ".holder code", "documentation": ".rule p",
	} {
		got := eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.textContent ?? "nothing"`, selector))
		if !strings.Contains(got, shown) {
			t.Errorf("%s: got %q, want %q in it", what, got, shown)
		}
	}
}

// testPolicy checks that a browser obeys the policy, so that even text that got
// through would not run.
func testPolicy(t *testing.T, b *tab) {
	b.open(written(t, measuredReport()))
	eval[bool](b, `(() => {
		const add = (name, set) => document.body.append(Object.assign(document.createElement(name), set));
		add("script", {textContent: "document.title = 'hostile'"});
		add("img", {src: "https://example.com/"});
		add("style", {textContent: "body { display: none }"});
		return true;
	})()`)
	if title := eval[string](b, "document.title"); title != "memlint: example.com/m" {
		t.Errorf("a script set the title to %q", title)
	}
	if display := eval[string](b, "getComputedStyle(document.body).display"); display != "block" {
		t.Errorf("a style made the page %s", display)
	}
	logged, _ := b.complaints()
	blocked := slices.DeleteFunc(logged, func(s string) bool { return !strings.Contains(s, "violates the following Content Security Policy") })
	if len(blocked) != 3 {
		t.Errorf("blocked was %q, want script, picture and style", blocked)
	}
}

func testFilter(t *testing.T, b *tab) {
	b.open(written(t, measuredReport()))
	for _, test := range []struct {
		text, analyzer string
		want           []string
		says           string
	}{
		{"", "", []string{"f1", "f2", "f3", "f4"}, ""},
		{"GONE.go", "", []string{"f2"}, "1 of 4 shown"},
		{"held  hooks", "", []string{"f4"}, "1 of 4 shown"},
		{"", "timerleak", []string{"f1"}, "1 of 4 shown"},
		{"hooks", "timerleak", nil, "0 of 4 shown"},
	} {
		shown := eval[[]string](b, fmt.Sprintf(`(() => {
			const set = (id, value, event) => {
				const e = document.getElementById(id);
				e.value = value;
				e.dispatchEvent(new Event(event));
			};
			set("text", %q, "input");
			set("analyzer", %q, "change");
			return Array.from(document.querySelectorAll("article[data-analyzer]")).filter((e) => e.checkVisibility()).map((e) => e.id);
		})()`, test.text, test.analyzer))
		if !slices.Equal(shown, test.want) {
			t.Errorf("%q of %q: shown are %q, want %q", test.text, test.analyzer, shown, test.want)
		}
		if got := eval[string](b, `document.getElementById("shown").textContent`); got != test.says {
			t.Errorf("%q of %q: says %q, want %q", test.text, test.analyzer, got, test.says)
		}
	}
}

func testWithoutScript(t *testing.T, b *tab) {
	b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	b.open(written(t, measuredReport()))
	shown := eval[[]string](b, `Array.from(document.querySelectorAll("article, #filter, pre")).filter((e) => e.checkVisibility()).map((e) => e.id || e.localName)`)
	if want := []string{"f1", "pre", "pre", "f2", "f3", "f4", "article"}; !slices.Equal(shown, want) {
		t.Errorf("shown are %q, want %q", shown, want)
	}
}

// testKeyboard checks that the first key brings those who do not use a mouse to
// the way around the head, and that they see where they are.
func testKeyboard(t *testing.T, b *tab) {
	b.open(written(t, measuredReport()))
	key := func(key string, code int) {
		for _, kind := range []string{"keyDown", "keyUp"} {
			params := map[string]any{"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}
			if key == "Enter" {
				params["text"] = "\r"
			}
			b.call("Input.dispatchKeyEvent", params, nil)
		}
	}
	type focus struct {
		What    string
		Left    float64
		Outline string
	}
	at := func() focus {
		return eval[focus](b, `(() => {
			const e = document.activeElement;
			return {What: e.id || e.className || e.localName, Left: e.getBoundingClientRect().left, Outline: getComputedStyle(e).outlineStyle};
		})()`)
	}
	key("Tab", 9)
	if got := at(); got.What != "skip" || got.Left < 0 || got.Outline != "solid" {
		t.Errorf("the first stop is %+v, want the skip link, visible and with an outline", got)
	}
	key("Enter", 13)
	if got := at(); got.What != "main" {
		t.Errorf("the skip link leads to %+v, want main", got)
	}
	key("Tab", 9)
	if got := at(); got.What != "summary" || got.Outline != "solid" {
		t.Errorf("the next stop is %+v, want the first summary, with an outline", got)
	}
}
