package load_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ringproof/simulators/load"
)

// answer is one of SIPp's to a REGISTER.
func sippAnswer(status, more string) string {
	return `<send><![CDATA[
SIP/2.0 ` + status + `
[last_Via:]
[last_From:]
[last_To:];tag=[pid]s[call_number]
[last_Call-ID:]
[last_CSeq:]
` + more + `
Content-Length: 0

]]></send>
`
}

// registrarOfSIPp challenges a registration and its removal, and verifies the
// credentials with SIPp's own digest.
func registrarOfSIPp() string {
	once := `<recv request="REGISTER" crlf="true"/>
` + sippAnswer("401 Unauthorized", `WWW-Authenticate: Digest realm="example.net",nonce="n[call_number]",qop="auth",algorithm=MD5`) + `
<recv request="REGISTER"><action><verifyauth assign_to="ok" username="alice" password="west wind"/></action></recv>
<nop hide="true" test="ok" next="%[1]s"/>
` + sippAnswer("403 Forbidden", "Subject: wrong") + `
<nop next="end"/>
<label id="%[1]s"/>
` + sippAnswer("200 OK", "%[2]s")
	return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="registrar">
` + fmt.Sprintf(once, "1", "[last_Contact:];expires=3600") + fmt.Sprintf(once, "2", "Subject: gone") + `<label id="end"/>
</scenario>
`
}

func TestRegistrationWithSIPp(t *testing.T) {
	for _, transport := range []struct{ ours, theirs string }{{"udp", "u1"}, {"tcp", "t1"}} {
		t.Run(transport.ours, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			at := freeAt(t, "127.0.0.1")
			scenario := filepath.Join(t.TempDir(), "registrar.xml")
			if err := os.WriteFile(scenario, []byte(registrarOfSIPp()), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			uas := sippAt(ctx, t, at, transport.theirs, "-sf", scenario, "-m", "20")
			uas.Stdout, uas.Stderr = &out, &out
			if err := uas.Start(); err != nil {
				t.Fatal(err)
			}
			listening(ctx, t, at, transport.ours)
			r, err := load.Register(ctx, load.RegisterConfig{
				From: netip.MustParseAddrPort("127.0.0.1:0"), To: at, Domain: "example.net", Users: load.Range("", 1000, 20, 4), Count: 20,
				Accounts: []load.Account{{User: "alice", Password: "west wind"}}, Transport: transport.ours,
				Arrivals: func() load.Arrivals { return load.Until(load.Constant(100), 20, 0) },
			})
			if err != nil {
				t.Fatal(err)
			}
			if r.Answered != 20 || r.Challenged != 20 || r.Removed != 20 || r.Left != 0 || r.Stray != 0 || r.Codes[403] != 0 {
				t.Errorf("%d of 20 accepted, %d removed, %d stray, 403: %d", r.Answered, r.Removed, r.Stray, r.Codes[403])
			}
			if err := uas.Wait(); err != nil {
				t.Errorf("SIPp: %v\n%s", err, out.String())
			}
		})
	}
}
