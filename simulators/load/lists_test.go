package load_test

import (
	"reflect"
	"strings"
	"testing"

	"ringproof/simulators/load"
)

func TestAccountsOfAFile(t *testing.T) {
	got, err := load.ReadAccounts("a.csv", strings.NewReader("# cameras\n1001,secret\n\n 1002 , \"a \"\"quoted\"\", one\",example.net\n+4930,x,,6001\n"))
	want := []load.Account{{User: "1001", Password: "secret"}, {User: "1002", Password: `a "quoted", one`, Realm: "example.net"}, {User: "+4930", Password: "x", Number: "6001"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFaultsOfListsAreNamedByLine(t *testing.T) {
	_, err := load.ReadAccounts("a.csv", strings.NewReader("1001,x\n1002\n10 03,x\n1001,y\n1,2,3,4,5\n1005,x,,6@1\n,x\n"))
	want := `a.csv:2: 1 fields: want user,password[,realm[,number]]
a.csv:3: "10 03" is no user: want letters, digits and any of -_.!~*'()&=+$,?/
a.csv:4: user 1001 stands in line 1 already
a.csv:5: 5 fields: want user,password[,realm[,number]]
a.csv:6: "6@1" is no number: want digits, letters and any of -_.!~*'()&=+$,?/
a.csv:7: "" is no user: want letters, digits and any of -_.!~*'()&=+$,?/`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	for text, want := range map[string]string{
		"":               "n.csv: want numbers, one a line",
		"6000\n\"6001\n": "n.csv:2: extraneous or missing \" in quoted-field",
		"6000\na b\n":    `n.csv:2: "a b" is no number: want digits, letters and any of -_.!~*'()&=+$,?/`,
	} {
		if _, err := load.ReadNumbers("n.csv", strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	if _, err := load.ReadNumbers("n.csv", strings.NewReader(strings.Repeat("a b\n", 1000))); err == nil || strings.Count(err.Error(), "\n") != 20 {
		t.Errorf("a thousand faults: %v", err)
	}
	if got, err := load.ReadNumbers("n.csv", strings.NewReader("6000,a camera\n6001\n")); err != nil || !reflect.DeepEqual(got, []string{"6000", "6001"}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestNumbersOfARange(t *testing.T) {
	for _, x := range []struct {
		in, first, last string
		count           uint64
	}{
		{"6000-6999", "6000", "6999", 1000},
		{"0098-0101", "0098", "0101", 4},
		{"+4930-+4939", "+4930", "+4939", 10},
		{"34020000001320000001-34020000001320050000", "34020000001320000001", "34020000001320050000", 50_000},
		{"6001", "6001", "6001", 1},
	} {
		n, count, err := load.ParseNumbers(x.in)
		if err != nil || count != x.count || string(n(nil, 0)) != x.first || string(n(nil, count-1)) != x.last || string(n(nil, count)) != x.first {
			t.Errorf("%s: %d, %v", x.in, count, err)
		}
	}
	if _, _, err := load.ParseNumbers("6000-600"); err == nil {
		t.Error("6000-600 was taken")
	}
}
