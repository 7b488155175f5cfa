// Package strictyaml decodes YAML into Go structs and reports every fault at
// once, each with line, column, the line itself and what was expected.
//
// [Decode] fills structs whose fields carry `yaml:"name"` tags. Kinds:
// string, bool, integers, time.Duration, types with UnmarshalText, and
// structs, pointers to structs, slices and string-keyed maps of these. An
// unknown or repeated field is a fault. [Source] turns later findings about
// values into faults of the same form.
package strictyaml

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Fault is one thing wrong with a document.
type Fault struct {
	Line, Column int    // from 1; 0 where the document as a whole is meant
	Path         string // as in "trunks[1].address"
	Message      string // what is wrong and what was expected
	Excerpt      string // the line
}

// Faults are all faults of a document, in the order of its lines.
type Faults struct {
	File   string
	Faults []Fault
}

func (f *Faults) Error() string {
	var b strings.Builder
	for i, x := range f.Faults {
		if i > 0 {
			b.WriteString("\n")
		}
		if x.Line == 0 {
			fmt.Fprintf(&b, "%s: %s", f.File, x.Message)
			continue
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s\n  %4d | %s\n       | %s^",
			f.File, x.Line, x.Column, x.Path, x.Message, x.Line, x.Excerpt, strings.Repeat(" ", max(x.Column-1, 0)))
	}
	return b.String()
}

// Source is a decoded document: it knows where each value stands.
type Source struct {
	file   string
	lines  []string
	nodes  map[string]ast.Node
	faults []Fault
}

// lineEnds are those of YAML 1.2 §5.4.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Decode decodes the document into the struct that v points to. The Source is
// never nil; its Err holds the faults so far.
func Decode(file string, doc []byte, v any) *Source {
	s := &Source{file: file, lines: strings.Split(lineEnds.Replace(string(doc)), "\n"), nodes: map[string]ast.Node{}}
	f, err := parser.ParseBytes(doc, 0, parser.AllowDuplicateMapKey()) // pairs reports them, among all other faults
	if err != nil {
		s.syntax(err)
		return s
	}
	var body ast.Node
	for _, d := range f.Docs {
		if _, comments := d.Body.(*ast.CommentGroupNode); d.Body == nil || comments {
			continue
		}
		if body != nil {
			s.faultAt(d.Body, "", "a second document: want one")
			break
		}
		body = d.Body
	}
	if body == nil {
		s.faults = append(s.faults, Fault{Message: "nothing in it"})
		return s
	}
	s.value("", body, reflect.ValueOf(v).Elem())
	return s
}

// Fault adds a fault about the value at the path, or at the closest value
// around it that the document has. A value that could not even be decoded has
// its fault already and gets no other, nor does anything in a document that
// could not be read at all.
func (s *Source) Fault(path, format string, args ...any) {
	if s.nodes[""] == nil || slices.ContainsFunc(s.faults, func(f Fault) bool { return f.Path == path }) {
		return
	}
	at := path
	n := s.nodes[at]
	for n == nil && at != "" {
		at = parent(at)
		n = s.nodes[at]
	}
	s.faultAt(n, path, fmt.Sprintf(format, args...))
}

func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i < 0 {
		return ""
	}
	return path[:i]
}

// Err gives all faults as *Faults, or nil.
func (s *Source) Err() error {
	if len(s.faults) == 0 {
		return nil
	}
	faults := append([]Fault(nil), s.faults...)
	sortFaults(faults)
	return &Faults{File: s.file, Faults: faults}
}

// start gives the node that a node starts with: goccy places a mapping at its
// first colon.
func start(n ast.Node) ast.Node {
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return m.Values[0].Key
		}
	case *ast.MappingValueNode:
		return m.Key
	}
	return n
}

// misplaced is a password that stands in the document itself, where only its
// source belongs: it must not be printed with the fault.
var misplaced = regexp.MustCompile(`(?i)((?:^|[^_a-z])password["']?\s*:\s*)\S.*`)

func withoutPassword(line string) string { return misplaced.ReplaceAllString(line, "${1}…") }

func (s *Source) faultAt(n ast.Node, path, message string) {
	f := Fault{Path: path, Message: message}
	if n != nil {
		if t := start(n).GetToken(); t != nil && t.Position != nil {
			f.Line, f.Column = t.Position.Line, t.Position.Column
			if f.Line <= len(s.lines) {
				f.Excerpt = withoutPassword(s.lines[f.Line-1])
			}
		}
	}
	if f.Path == "" {
		f.Path = "document"
	}
	s.faults = append(s.faults, f)
}
