package strictyaml_test

import (
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"ringproof/internal/golden"
	"ringproof/internal/strictyaml"
)

// plan has every kind that Decode knows.
type plan struct {
	Name    string            `yaml:"name"`
	On      bool              `yaml:"on"`
	Count   int               `yaml:"count"`
	Small   int8              `yaml:"small"`
	Port    uint16            `yaml:"port"`
	Big     uint64            `yaml:"big"`
	Share   float64           `yaml:"share"`
	Wait    time.Duration     `yaml:"wait"`
	Addr    netip.Addr        `yaml:"addr"`
	Inner   inner             `yaml:"inner"`
	Maybe   *inner            `yaml:"maybe"`
	Numbers []string          `yaml:"numbers"`
	Codes   []int             `yaml:"codes"`
	Inners  []inner           `yaml:"inners"`
	Addrs   []netip.AddrPort  `yaml:"addrs"`
	Words   map[string]string `yaml:"words"`
	Waits   map[string]inner  `yaml:"waits"`
	Unnamed string
	Kept    string `yaml:"-"`
}

type inner struct {
	User string        `yaml:"user"`
	Wait time.Duration `yaml:"wait"`
}

func TestEveryKindIsDecoded(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		want      plan
	}{
		{"a word is a string", "name: west\n", plan{Name: "west"}},
		{"a quoted string keeps its spaces", "name: ' west '\n", plan{Name: " west "}},
		{"a number with zeros in front stays as written where a string is wanted", "name: 0600\n", plan{Name: "0600"}},
		{"a number with a plus stays as written", "name: +4912\n", plan{Name: "+4912"}},
		{"a float stays as written", "name: 1.50\n", plan{Name: "1.50"}},
		{"true stays as written where a string is wanted", "name: true\n", plan{Name: "true"}},
		{"a block of text is a string", "name: |\n  one\n  two\n", plan{Name: "one\ntwo\n"}},
		{"a tag does not change what the field wants", "name: !!str 0600\ncount: !!int 7\n", plan{Name: "0600", Count: 7}},
		{"an anchor does not change the value", "name: &n west\n", plan{Name: "west"}},
		{"true is a bool", "on: true\n", plan{On: true}},
		{"whole numbers have their signs", "count: -12\nsmall: 127\nport: 65535\nbig: 18446744073709551615\n", plan{Count: -12, Small: 127, Port: 65535, Big: 1<<64 - 1}},
		{"a number has a point", "share: 0.5\n", plan{Share: 0.5}},
		{"a duration has a unit", "wait: 1m30s\n", plan{Wait: 90 * time.Second}},
		{"a type that reads text reads it", "addr: 2001:db8::1\n", plan{Addr: netip.MustParseAddr("2001:db8::1")}},
		{"a mapping is a struct", "inner:\n  user: u\n  wait: 2s\n", plan{Inner: inner{"u", 2 * time.Second}}},
		{"a mapping in braces is a struct", "inner: {user: u, wait: 2s}\n", plan{Inner: inner{"u", 2 * time.Second}}},
		{"a pointer is filled", "maybe: {user: u}\n", plan{Maybe: &inner{User: "u"}}},
		{"null is as if it were not there", "name: null\nmaybe: ~\ncount:\n", plan{}},
		{"a list keeps its order", "numbers: [b, a]\ncodes: [486, 600]\n", plan{Numbers: []string{"b", "a"}, Codes: []int{486, 600}}},
		{"one alone stands for a list of one", "numbers: west\ncodes: 486\n", plan{Numbers: []string{"west"}, Codes: []int{486}}},
		{"one mapping alone stands for a list of one", "inners:\n  user: u\n", plan{Inners: []inner{{User: "u"}}}},
		{"an empty list is empty", "numbers: []\n", plan{}},
		{"a list of mappings", "inners:\n  - user: a\n  - user: b\n    wait: 1s\n", plan{Inners: []inner{{User: "a"}, {"b", time.Second}}}},
		{"a list of texts that are read", "addrs: ['127.0.0.1:5060', '[::1]:0']\n", plan{Addrs: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:5060"), netip.MustParseAddrPort("[::1]:0")}}},
		{"a map of strings", "words: {a: 01, b: x}\n", plan{Words: map[string]string{"a": "01", "b": "x"}}},
		{"a map of structs", "waits:\n  a: {user: u}\n", plan{Waits: map[string]inner{"a": {User: "u"}}}},
		{"comments are nothing", "# before\nname: west # beside\n# after\n", plan{Name: "west"}},
		{"line ends of Windows are line ends", "name: west\r\non: true\r\n", plan{Name: "west", On: true}},
		{"a document may start with ---", "---\nname: west\n", plan{Name: "west"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got plan
			if err := strictyaml.Decode("p.yaml", []byte(c.doc), &got).Err(); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// The exact words of each fault stand in testdata, one file a document.
func TestFaultsSayWhereAndWhatWasExpected(t *testing.T) {
	for _, c := range []struct{ name, doc string }{
		{"unknown field", "name: a\nlabel: b\n"},
		{"unknown field of a list item", "inners:\n  - user: a\n  - usr: b\n"},
		{"a field without a tag is unknown", "Unnamed: a\n"},
		{"a field tagged with a dash is unknown", "Kept: a\n\"-\": b\n"},
		{"field said twice", "name: a\non: true\nname: b\n"},
		{"key said twice in a map", "words: {a: x, a: y}\n"},
		{"list where a string is wanted", "name: [a]\n"},
		{"mapping where a string is wanted", "name: {a: b}\n"},
		{"string where a mapping is wanted", "inner: west\n"},
		{"list where a mapping is wanted", "inner: [a]\n"},
		{"string where a map is wanted", "words: west\n"},
		{"string where a list of mappings is wanted", "inners: [a, b]\n"},
		{"list where the document is a mapping", "- a\n"},
		{"no bool", "on: yes\n"},
		{"no number", "count: many\n"},
		{"a fraction where a whole number is wanted", "count: 1.5\n"},
		{"no number with a point", "share: half\n"},
		{"a number that is none", "share: NaN\n"},
		{"too large for its field", "small: 128\n"},
		{"too large for a port", "port: 65536\n"},
		{"below zero where that is not allowed", "big: -1\n"},
		{"duration without a unit", "wait: 2\n"},
		{"duration below zero", "wait: -2s\n"},
		{"duration in words", "inner:\n  wait: long\n"},
		{"text that its type refuses", "addr: 127.0.0\n"},
		{"the second of a list is refused", "addrs: ['127.0.0.1:5060', '127.0.0.1']\n"},
		{"an alias", "name: &n west\nnumbers: [*n]\n"},
		{"a merge key", "inner: &i {user: u}\nmaybe:\n  <<: *i\n"},
		{"two documents", "name: a\n---\nname: b\n"},
		{"nothing at all", ""},
		{"nothing but a comment", "# to be filled in\n"},
		{"syntax", "name: a\ninner: [a\non: true\n"},
		{"a tab", "inner:\n\tuser: a\n"},
		{"bad indentation", "inner:\n  user: a\n wait: 1s\n"},
		{"several at once stand in the order of lines", "port: x\nlabel: b\ninners:\n  - wait: 1\n    usr: a\n  - user: [b]\non: maybe\n"},
		{"two on one line stand in the order of columns", "inner: {wait: 1, usr: a}\n"},
		{"line ends of Windows do not reach the excerpt", "name: a\r\non: maybe\r\n"},
		{"words of many bytes before the fault", "inner: {user: Fürth, wait: 1}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p plan
			err := strictyaml.Decode("p.yaml", []byte(c.doc), &p).Err()
			if err == nil {
				t.Fatal("got no fault")
			}
			golden.Compare(t, "testdata/"+strings.ReplaceAll(c.name, " ", "-")+".txt", err.Error()+"\n")
		})
	}
}

func TestLaterFindingsStandAtTheirValues(t *testing.T) {
	doc := "name: a\ninners:\n  - user: x\n    wait: 1s\n  - wait: 2s\nport: x\n"
	var p plan
	src := strictyaml.Decode("p.yaml", []byte(doc), &p)
	src.Fault("port", "not said: the value has a fault already")
	src.Fault("inners[1].user", "missing: the value around it is shown")
	src.Fault("inners[0].wait", "%s is too long", p.Inners[0].Wait)
	src.Fault("addr", "missing from the document")
	src.Fault("", "of the whole")
	golden.Compare(t, "testdata/later-findings.txt", src.Err().Error()+"\n")
}

func TestNothingMoreIsSaidOfADocumentThatCannotBeRead(t *testing.T) {
	var p plan
	src := strictyaml.Decode("p.yaml", []byte("name: [a\n"), &p)
	before := src.Err().Error()
	src.Fault("name", "missing")
	if got := src.Err().Error(); got != before {
		t.Errorf("got\n%s\nwant\n%s", got, before)
	}
}

func TestErrIsFaults(t *testing.T) {
	var p plan
	err := strictyaml.Decode("p.yaml", []byte("on: maybe\ncount: many\n"), &p).Err()
	var f *strictyaml.Faults
	if !errors.As(err, &f) || len(f.Faults) != 2 || f.File != "p.yaml" {
		t.Fatalf("got %#v, want *Faults with two", err)
	}
	want := strictyaml.Fault{Line: 2, Column: 8, Path: "count", Message: `"many" is no whole number`, Excerpt: "count: many"}
	if f.Faults[1] != want {
		t.Errorf("got %+v\nwant %+v", f.Faults[1], want)
	}
}

// A document either decodes or has faults that stand within it.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"name: a\ninner: {user: u, wait: 1s}\nnumbers: [a, b]\n", "inners:\n  - user: a\n  - usr: b\n",
		"name: !!str 1\n", "a: &x b\nc: *x\n", "? [a]\n: b\n", "? {a: b}\n: c\n", "- a\n- b\n", "name: |\n  x\n", "---\n---\n", "<<: {name: a}\n",
		"words: {? a : b}\n", "name: \"\\u00fc\"\n", "on: y\r\n", "null: a\n1: b\n", "inner: &a\n", "name: !x\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var p plan
		src := strictyaml.Decode("p.yaml", doc, &p)
		src.Fault("inner.user", "looked for")
		err := src.Err()
		if err == nil {
			t.Fatal("the fault that was added is missing")
		}
		lines := strings.Count(string(doc), "\n") + strings.Count(string(doc), "\r") + 1
		for _, x := range err.(*strictyaml.Faults).Faults { //nolint:errorlint // documented to be one
			if x.Line > lines || x.Message == "" {
				t.Errorf("%d lines, fault %+v", lines, x)
			}
		}
	})
}
