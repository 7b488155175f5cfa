package kamailiostock_test

import "ringproof/reports/record"

// brokenProduct is the product with one thing broken, and the scenarios that
// must fail of those that the tags select, each for its cause.
type brokenProduct struct {
	name string
	product
	tags string
	want map[string]record.Cause
}

func edited(file, old, changed string) product {
	return product{edits: []edit{{file, old, changed}}}
}

const (
	stock  = "stock.cfg"
	routes = "interconnect.cfg"

	heard     = "@id:peer.audio,@id:busy"
	mixed     = "@id:peer.audio,@id:both-modes,@id:busy"
	fallbacks = "@id:peer.audio,@id:fallback,@id:fallback.refused,@id:fallback.trying,@id:fallback.closed,@id:fallback.not-on-busy,@id:fallback.all-down"
	strangers = "@id:peer.audio,@id:reg.audio,@id:wrong-password,@id:untrusted,@id:untrusted.camera,@id:untrusted.forged,@id:reg.identity-theft,@id:reg.unproved,@id:reg.hijack"
	bindings  = "@id:reg.audio,@id:register.removed,@id:reg.replay"

	six      = "if ($rU =~ \"^6[0-9][0-9][0-9]$\") {\n"
	answered = "if(status=~\"[12][0-9][0-9]\") {\n\t\troute(NATMANAGE);\n"
	anyCall  = "} else {\n\t\trtpengine_manage(\"replace-origin replace-session-connection"
	save     = "\tif (!save(\"location\")) {\n"
	cancel   = "\tif (is_method(\"CANCEL\")) {\n"
)

var broken = []brokenProduct{
	{
		name: "no fallback", product: edited(routes, `t_on_failure("INTERCONNECT_SECOND");`, ""), tags: fallbacks,
		want: map[string]record.Cause{
			"fallback": record.CauseRouting, "fallback.refused": record.CauseRouting, "fallback.trying": record.CauseRouting, "fallback.closed": record.CauseRouting,
		},
	},
	{
		name: "a digit too many for the second target", product: edited(routes, `$ru = "sip:" + $rU + "@EAST:5060";
		t_set_fr(120000, 4000);
		t_on_branch`, `$ru = "sip:0" + $rU + "@EAST:5060";
		t_set_fr(120000, 4000);
		t_on_branch`), tags: fallbacks,
		want: map[string]record.Cause{
			"fallback": record.CauseRouting, "fallback.refused": record.CauseRouting, "fallback.trying": record.CauseRouting, "fallback.closed": record.CauseRouting,
		},
	},
	{
		name: "fallback from a busy target", product: edited(routes, `"408|5[0-9][0-9]"`, `"[45][0-9][0-9]"`), tags: fallbacks,
		want: map[string]record.Cause{"fallback.not-on-busy": record.CauseRouting},
	},
	{
		name: "prefix to the wrong trunk", product: edited(routes, six+"\t\t$ru = \"sip:\" + $rU + \"@WEST", six+"\t\t$ru = \"sip:\" + $rU + \"@EAST"), tags: mixed,
		want: map[string]record.Cause{"peer.audio": record.CauseRouting, "both-modes": record.CauseRouting},
	},
	{
		name: "no route back", product: edited(routes, six, "if ($rU =~ \"^6$\") {\n"), tags: mixed,
		want: map[string]record.Cause{"peer.audio": record.CauseRouting, "both-modes": record.CauseRouting},
	},
	{
		name: "private address in SDP", product: product{media: "127.0.0.81!10.0.0.1"}, tags: heard + ",@id:camera.last,@id:media.announcement",
		want: map[string]record.Cause{"peer.audio": record.CauseNAT, "camera.last": record.CauseNAT, "media.announcement": record.CauseNAT},
	},
	{
		name: "ports in answers that are not rtpengine's", tags: heard,
		product: edited(stock, answered, answered+"\t\tmsg_apply_changes();\n\t\tsubst_body(\"/m=audio 3([45])/m=audio 2\\1/\");\n"),
		want:    map[string]record.Cause{"peer.audio": record.CauseMedia},
	},
	{
		name: "codec stripped", product: edited(stock, anyCall, anyCall+" codec-strip-PCMU"), tags: heard + ",@id:codec.second",
		want: map[string]record.Cause{"codec.second": record.CauseCodec},
	},
	{
		name: "no authentication", product: product{off: []string{"WITH_AUTH"}}, tags: strangers,
		want: map[string]record.Cause{
			"wrong-password": record.CauseAuthentication, "untrusted": record.CauseSecurity, "untrusted.forged": record.CauseSecurity, "reg.identity-theft": record.CauseSecurity,
			"untrusted.camera": record.CauseSecurity, "reg.unproved": record.CauseSecurity, "reg.hijack": record.CauseSecurity,
		},
	},
	{
		name: "trust in a whole network", product: edited("dbtext/address", "127.0.0.82:32", "127.0.0.82:24"), tags: strangers,
		want: map[string]record.Cause{
			"wrong-password": record.CauseAuthentication, "untrusted": record.CauseSecurity, "untrusted.forged": record.CauseSecurity, "reg.identity-theft": record.CauseSecurity,
			"untrusted.camera": record.CauseSecurity,
		},
	},
	{
		name: "an account for all", product: edited(stock, `auth_check("$fd", "subscriber", "1")`, `auth_check("$fd", "subscriber", "0")`), tags: strangers,
		want: map[string]record.Cause{"reg.hijack": record.CauseSecurity, "reg.identity-theft": record.CauseSecurity},
	},
	{
		name: "credentials good twice", product: edited(routes, `modparam("auth", "one_time_nonce", 1)`, ""), tags: bindings,
		want: map[string]record.Cause{"reg.replay": record.CauseSecurity},
	},
	{
		name: "bindings never removed", tags: "@id:register.removed",
		product: edited(stock, save, "\tif ($hdr(Expires) == \"0\" || $ct =~ \"expires=0\") {\n\t\tsl_send_reply(\"200\", \"OK\");\n\t} else if (!save(\"location\")) {\n"),
		want:    map[string]record.Cause{"register.removed": record.CauseRegistration},
	},
	{
		name: "CANCEL not passed on", product: edited(stock, cancel+"\t\tif (t_check_trans()) {\n\t\t\troute(RELAY);\n\t\t}\n", cancel), tags: heard + ",@id:cancel.ringing",
		want: map[string]record.Cause{"cancel.ringing": record.CauseSignalling},
	},
}
