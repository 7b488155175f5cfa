package strictyaml

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// syntax turns a parser's error into a fault at its place.
func (s *Source) syntax(err error) {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil || e.GetToken().Position == nil {
		s.faults = append(s.faults, Fault{Message: err.Error()})
		return
	}
	p := e.GetToken().Position
	f := Fault{Line: p.Line, Column: p.Column, Path: "syntax", Message: e.GetMessage()}
	if p.Line >= 1 && p.Line <= len(s.lines) {
		f.Excerpt = s.lines[p.Line-1]
	}
	s.faults = append(s.faults, f)
}

// value decodes one node into v and notes where it stands.
func (s *Source) value(path string, n ast.Node, v reflect.Value) {
	n = plain(n)
	s.nodes[path] = n
	if _, null := n.(*ast.NullNode); null {
		return // as if it were not there
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if text, ok := s.scalar(path, n); ok {
			if err := u.UnmarshalText([]byte(text)); err != nil {
				s.faultAt(n, path, expected(v.Interface(), text, err))
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		s.structure(path, n, v)
	case reflect.Slice:
		s.list(path, n, v)
	case reflect.Map:
		s.mapping(path, n, v)
	default:
		s.leaf(path, n, v)
	}
}

// expected says what a text should have been, for types whose own errors do
// not.
func expected(v any, text string, err error) string {
	switch v.(type) {
	case netip.Addr:
		return fmt.Sprintf("%q is no IP address", text)
	case netip.AddrPort:
		return fmt.Sprintf("%q is no address with a port: want one like 192.0.2.1:5060", text)
	}
	return err.Error()
}

// plain takes an anchor and a tag off a node: every value is read as its field
// wants it.
func plain(n ast.Node) ast.Node {
	for {
		switch x := n.(type) {
		case *ast.AnchorNode:
			n = x.Value
		case *ast.TagNode:
			n = x.Value
		default:
			return n
		}
	}
}

func (s *Source) structure(path string, n ast.Node, v reflect.Value) {
	fields := map[string]int{}
	var names []string
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ","); name != "" && name != "-" {
			fields[name] = i
			names = append(names, name)
		}
	}
	for _, kv := range s.pairs(path, n, "a mapping with "+strings.Join(names, ", ")) {
		i, known := fields[kv.name]
		if !known {
			s.faultAt(kv.key, join(path, kv.name), fmt.Sprintf("unknown field %q: want one of %s", kv.name, strings.Join(names, ", ")))
			continue
		}
		s.value(join(path, kv.name), kv.value, v.Field(i))
	}
}

func (s *Source) mapping(path string, n ast.Node, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, kv := range s.pairs(path, n, "a mapping") {
		item := reflect.New(v.Type().Elem()).Elem()
		s.value(join(path, kv.name), kv.value, item)
		v.SetMapIndex(reflect.ValueOf(kv.name).Convert(v.Type().Key()), item)
	}
}

type pair struct {
	name       string
	key, value ast.Node
}

func (s *Source) pairs(path string, n ast.Node, want string) []pair {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		s.faultAt(n, path, "want "+want)
		return nil
	}
	var out []pair
	for _, kv := range values {
		name := kv.Key.GetToken().Value
		if slices.ContainsFunc(out, func(p pair) bool { return p.name == name }) {
			s.faultAt(kv.Key, join(path, name), "said twice: want it once")
			continue
		}
		out = append(out, pair{name, kv.Key, kv.Value})
	}
	return out
}

func (s *Source) list(path string, n ast.Node, v reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if of := v.Type().Elem().Kind(); of == reflect.Slice && s.flat(path, n, seq) {
		return
	}
	if !ok { // one alone stands for a list of one
		item := reflect.New(v.Type().Elem()).Elem()
		s.value(path, n, item)
		v.Set(reflect.Append(v, item))
		return
	}
	for i, x := range seq.Values {
		item := reflect.New(v.Type().Elem()).Elem()
		s.value(fmt.Sprintf("%s[%d]", path, i), x, item)
		v.Set(reflect.Append(v, item))
	}
}

// flat tells, and says, that what should be a list of lists is none: one alone
// stands for a list of one, but of words nobody knows where a list ends.
func (s *Source) flat(path string, n ast.Node, seq *ast.SequenceNode) bool {
	const want = "want a list of lists, as in [[one, -x], [two]]"
	if seq == nil {
		s.faultAt(n, path, want)
		return true
	}
	for i, x := range seq.Values {
		if _, ok := plain(x).(*ast.SequenceNode); !ok {
			s.faultAt(x, fmt.Sprintf("%s[%d]", path, i), want)
			return true
		}
	}
	return false
}

func (s *Source) leaf(path string, n ast.Node, v reflect.Value) {
	text, ok := s.scalar(path, n)
	if !ok {
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			s.faultAt(n, path, fmt.Sprintf("%q is no duration: want one like 500ms, 2s or 1m", text))
			return
		}
		v.SetInt(int64(d))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			s.faultAt(n, path, fmt.Sprintf("%q is neither true nor false", text))
			return
		}
		v.SetBool(b)
	case v.CanInt():
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			s.faultAt(n, path, fmt.Sprintf("%q is no whole number", text))
			return
		}
		v.SetInt(i)
	case v.CanUint():
		i, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			s.faultAt(n, path, fmt.Sprintf("%q is no whole number from 0 to %d", text, uint64(1)<<v.Type().Bits()-1))
			return
		}
		v.SetUint(i)
	case v.CanFloat():
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			s.faultAt(n, path, fmt.Sprintf("%q is no number", text))
			return
		}
		v.SetFloat(f)
	default:
		panic("strictyaml: no way to decode into " + v.Type().String())
	}
}

func (s *Source) scalar(path string, n ast.Node) (string, bool) {
	switch x := n.(type) {
	case *ast.AliasNode:
		s.faultAt(n, path, "an alias: want the value itself")
		return "", false
	case *ast.StringNode:
		return x.Value, true
	case *ast.LiteralNode:
		return x.Value.Value, true
	case ast.ScalarNode:
		return n.GetToken().Value, true // as written: 0600 stays 0600
	}
	s.faultAt(n, path, "want one value")
	return "", false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func sortFaults(f []Fault) {
	sort.SliceStable(f, func(i, j int) bool {
		if f[i].Line != f[j].Line {
			return f[i].Line < f[j].Line
		}
		return f[i].Column < f[j].Column
	})
}
