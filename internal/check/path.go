package check

import (
	"fmt"

	"ringproof/reports/record"
)

// FewRepeats is the share of our requests that may have to be sent again
// before it is worth a remark, Bearable the share up to which a scenario that
// failed as packets were lost, and passed when it was repeated, is proved, and
// Forgivable how many of them may be proved so in a run.
const (
	FewRepeats = 0.005
	Bearable   = 0.06
	Forgivable = 2
)

// pathRules: what becomes of packets between us and the system.
func pathRules() []Rule {
	return []Rule{
		{"path.lossless", "Requests of ours need not be sent again", record.Should, "RFC 3261 §17.1.1.2, §17.1.2.2", pathLossless},
	}
}

func pathLossless(e Evidence) result {
	return result{when(!Loses(e.RunRepeats)), e.System, Repeated(e.RunRepeats), fmt.Sprintf("%.1f %% of the requests at most", 100*FewRepeats)}
}

// Loses tells whether so much had to be repeated that packets are lost, and
// not one answer slow.
func Loses(r record.Repeats) bool { return r.Again+r.HeardAgain > 1 && r.Share() > FewRepeats }

// Repeated says in words what had to be repeated.
func Repeated(r record.Repeats) string {
	return fmt.Sprintf("%.1f %% of the requests of ours had to be sent again (%d of %d); of %d messages of the system %d came again although they had arrived",
		100*r.Share(), r.Again, r.Requests, r.Heard, r.HeardAgain)
}
