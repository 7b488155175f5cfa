package html

import (
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"ringproof/reports/record"
)

// style joins the style sheets, in the order of their names.
func style() (template.CSS, error) {
	names, err := fs.Glob(files, "style/*.css")
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, n := range names {
		b, err := files.ReadFile(n)
		if err != nil {
			return "", err
		}
		all.Write(b)
	}
	return template.CSS(all.String()), nil //nolint:gosec // our own files
}

// margins says what stands at the edges of each printed page: what was tested,
// what it came to, and which run it was (CSS Paged Media 3 §4).
func margins(run *record.Run) template.CSS {
	return template.CSS(fmt.Sprintf( //nolint:gosec // cssString leaves no way out of the string
		"@page { @top-left { content: %s } @top-right { content: %s } @bottom-left { content: %s } }",
		cssString(run.Site.Name), cssString(string(run.Verdict)),
		cssString(fmt.Sprintf("%s, seed %d", run.Started.Format("2006-01-02 15:04 MST"), run.Seed)),
	))
}

// cssString writes text as a CSS string, with all but letters, digits and
// spaces as escapes (CSS Syntax 3 §4.3.7).
func cssString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r == ' ' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			b.WriteRune(r)
			continue
		}
		if r == 0 {
			r = '\uFFFD'
		}
		fmt.Fprintf(&b, "\\%x ", r)
	}
	b.WriteByte('"')
	return b.String()
}
