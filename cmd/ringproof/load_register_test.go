package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringproof/refswitch"
	"ringproof/simulators/load"
)

// office is the reference switch with ten accounts that are called and ten
// that call.
func office(t *testing.T, defect string) netip.AddrPort {
	t.Helper()
	cfg := refswitch.Config{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Domain: "example.net", Defect: defect}
	for i := range 20 {
		cfg.Accounts = append(cfg.Accounts, refswitch.Account{User: fmt.Sprint(1001 + i), Password: fmt.Sprintf("pw%d", 1001+i), Algorithms: []string{[]string{"MD5", "SHA-256"}[i%2]}})
	}
	s, err := refswitch.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s.Addr()
}

func accounts(from, to int) (out []load.Account) {
	for i := from; i <= to; i++ {
		out = append(out, load.Account{User: fmt.Sprint(i), Password: fmt.Sprintf("pw%d", i)})
	}
	return out
}

func TestRegisteredCrowdIsCalledThroughTheSwitch(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		at := office(t, "")
		crowd, err := load.Answer(load.CrowdConfig{
			At: netip.MustParseAddrPort("127.0.0.1:0"), Accounts: accounts(1001, 1010), Registrar: at, Domain: "example.net", Limit: 1000, Transport: transport,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := crowd.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		callers, _, err := load.ParseNumbers("1011-1020")
		if err != nil {
			t.Fatal(err)
		}
		called, _, err := load.ParseNumbers("1001-1010")
		if err != nil {
			t.Fatal(err)
		}
		res, err := load.Call(t.Context(), load.Config{
			From: netip.MustParseAddrPort("127.0.0.1:0"), To: at, Domain: "example.net", Callers: callers, Called: called, Accounts: accounts(1011, 1020),
			Arrivals: func() load.Arrivals { return load.Until(load.Constant(50), 100, 0) }, Limit: 1000, Transport: transport,
		})
		if err != nil {
			t.Fatal(err)
		}
		h := crowd.Close()
		if res.Completed != 100 || h.Invited != 100 || h.Misdialled != 0 || h.Registered != 10 || h.Left != 0 || h.Lapsed != 0 {
			t.Errorf("%s: %d of 100 completed, %v; the crowd: %+v", transport, res.Completed, res.Report().Codes, h)
		}
		// What the crowd had bound is gone: nobody is there.
		res, err = load.Call(t.Context(), load.Config{
			From: netip.MustParseAddrPort("127.0.0.1:0"), To: at, Domain: "example.net", Callers: callers, Called: called, Accounts: accounts(1011, 1020),
			Arrivals: func() load.Arrivals { return load.Until(load.Constant(50), 10, 0) }, Limit: 1000,
		})
		if err != nil || res.Codes[480] != 10 {
			t.Errorf("%s: when the crowd is gone: %v, %v", transport, res.Report().Codes, err)
		}
	}
}

// The switch asks for the number next to the one that was called.
func TestCrowdNoticesCallsForItsNeighbours(t *testing.T) {
	at := office(t, "neighbour-called")
	crowd, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.1:0"), Accounts: accounts(1001, 1010), Registrar: at, Domain: "example.net", Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if err := crowd.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	res, err := load.Call(t.Context(), load.Config{
		From: netip.MustParseAddrPort("127.0.0.1:0"), To: at, Domain: "example.net", Callers: load.One("1011"), Called: load.Range("", 1001, 9, 4), Accounts: accounts(1011, 1011),
		Arrivals: func() load.Arrivals { return load.Until(load.Constant(50), 18, 0) }, Limit: 1000,
	})
	if err != nil {
		t.Fatal(err)
	}
	if h := crowd.Close(); h.Misdialled != 18 || res.Codes[404] != 18 || res.Answered != 0 {
		t.Errorf("%v; the crowd: %+v", res.Report().Codes, h)
	}
}

func TestCrowdWithAWrongPasswordIsNotReady(t *testing.T) {
	bad := accounts(1001, 1003)
	bad[1].Password = "wrong"
	crowd, err := load.Answer(load.CrowdConfig{At: netip.MustParseAddrPort("127.0.0.1:0"), Accounts: bad, Registrar: office(t, ""), Domain: "example.net", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer crowd.Close()
	if err := crowd.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "register sip:1002@example.net at") || !strings.HasSuffix(err.Error(), "2 of 3 accounts are registered") {
		t.Errorf("got %v", err)
	}
}

func TestLoadOfRegistrations(t *testing.T) {
	at := office(t, "")
	file := filepath.Join(t.TempDir(), "accounts.csv")
	var list strings.Builder
	for _, a := range accounts(1001, 1020) {
		fmt.Fprintf(&list, "%s,%s\n", a.User, a.Password)
	}
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (int, string) {
		var out strings.Builder
		c := root()
		c.SetOut(&out)
		c.SetArgs(append([]string{"load", "--register", "--to", "sip:" + at.String(), "--domain", "example.net"}, args...))
		err := c.ExecuteContext(t.Context())
		if err != nil {
			out.WriteString(err.Error())
		}
		return exitCode(err), out.String()
	}
	for _, transport := range []string{"udp", "tcp"} {
		code, text := run("--accounts", file, "--calls", "60", "--rate", "100", "--transport", transport)
		if code != exitAccepted && code != exitInvalid || !strings.Contains(text, "accepted                               60  100 %") ||
			!strings.Contains(text, "of addresses that were bound before  40") || !strings.Contains(text, "IRA  0 %") || !strings.Contains(text, "20 bindings removed at the end") {
			t.Errorf("%s: exit code %d\n%s", transport, code, text)
		}
	}
	// Without a password: refused, and by RFC 6076 §4.2 not ineffective.
	code, text := run("--numbers", "1001-1020", "--calls", "20", "--max-failed", "0%")
	if code != exitRejected && code != exitInvalid || !strings.Contains(text, "with 401  20") || !strings.Contains(text, "IRA  0 %") || !strings.Contains(text, "MISSED failed calls: 100 %") {
		t.Errorf("exit code %d\n%s", code, text)
	}
	for _, x := range []struct{ want, flag, value string }{
		{"--register: want --numbers or --accounts", "--rate", "1"},
		{`--numbers "60-6": want`, "--numbers", "60-6"},
		{"no such file", "--accounts", "none.csv"},
		{`transport "tls": want udp or tcp`, "--transport", "tls"},
	} {
		if code, text := run(x.flag, x.value); code != exitUsage || !strings.Contains(text, x.want) && !strings.Contains(text, strings.TrimSuffix(x.want, ": want")) {
			t.Errorf("%s %s: exit code %d, %s", x.flag, x.value, code, text)
		}
	}
}
