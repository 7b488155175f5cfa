package load_test

import (
	"cmp"
	"fmt"
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

func TestUsersAndDomainsOfURIs(t *testing.T) {
	for user, want := range map[string]bool{
		"service": true, "+49.30": true, "a;phone-context=b": true, "60%2000": true, "": false, "60 00": false, "6000>": false, "a%2": false, "a%": false, "a%zz": false, "a\r\nb": false, "ü": false,
	} {
		if got := load.IsUser(user); got != want {
			t.Errorf("user %q: %v, want %v", user, got, want)
		}
	}
	for domain, want := range map[string]bool{
		"example.net": true, "pbx": true, "example.net.": true, "EXAMPLE.net:5060": true, "127.0.0.1": true, "[::1]": true, "[::1]:5060": true,
		"": false, "a b": false, "a>": false, "a..b": false, "-a.net": false, "a:b": false, "a:": false, "[::1": false, "::1": false, "a@b": false, "a;b": false,
	} {
		if got := load.IsDomain(domain); got != want {
			t.Errorf("domain %q: %v, want %v", domain, got, want)
		}
	}
}

func TestHeadersOfLists(t *testing.T) {
	for _, x := range []struct{ name, text, want, fault string }{
		{"a header", "number,name\n6000,a\n", "6000", ""},
		{"in capitals, after a comment", "# ours\nNumber\n6000\n", "6000", ""},
		{"behind a byte order mark", "\uFEFFnumber\n6000\n", "6000", ""},
		{"a byte order mark alone", "\uFEFF6000\n", "6000", ""},
		{"and a quote", "\uFEFF\"6000\"\n", "6000", ""},
		{"further down it is a number", "6000\nnumber\n", "6000 number", ""},
		{"of another list", "phone,name\n6000,a\n", "", `n.csv:1: "phone" is the name of a column: want a number in the first field, below a header that begins with "number" or without one`},
		{"and a fault", "user\na b\n", "", `n.csv:1: "user" is the name of a column: want a number in the first field, below a header that begins with "number" or without one` + "\n" +
			`n.csv:2: "a b" is no number: want digits, letters and any of -_.!~*'()&=+$,?/`},
		{"nothing below", "number\n", "", "n.csv: want numbers, one a line"},
	} {
		got, err := load.ReadNumbers("n.csv", strings.NewReader(x.text))
		if fault := fmt.Sprint(err); fault != cmp.Or(x.fault, "<nil>") || err == nil && strings.Join(got, " ") != x.want {
			t.Errorf("%s: got %q, %v", x.name, got, err)
		}
	}
	for _, x := range []struct{ name, text, want, fault string }{
		{"a header", "\uFEFFuser,password\n1001,x\n", "1001", ""},
		{"with all columns", "User,Password,Realm,Number\n1001,x\n", "1001", ""},
		{"somebody who is called so", "user,x\n1001,x\n", "user 1001", ""},
		{"or so", "phone,x\n1001,x\n", "phone 1001", ""},
		{"of another list", "username,password\n1001,x\n", "", `a.csv:1: "username" is the name of a column: want user,password[,realm[,number]], below a header that begins with "user" or without one`},
	} {
		got, err := load.ReadAccounts("a.csv", strings.NewReader(x.text))
		var users []string
		for _, a := range got {
			users = append(users, a.User)
		}
		if fault := fmt.Sprint(err); fault != cmp.Or(x.fault, "<nil>") || err == nil && strings.Join(users, " ") != x.want {
			t.Errorf("%s: got %q, %v", x.name, users, err)
		}
	}
}
