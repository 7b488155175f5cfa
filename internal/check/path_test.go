package check_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

func pathRows() []row {
	e := func(r record.Repeats) check.Evidence {
		return check.Evidence{System: "udp:192.0.2.1:5060", RunRepeats: r}
	}
	const limit = "0.5 % of the requests at most"
	return []row{
		{
			"path.lossless", "one answer was slow", e(record.Repeats{Requests: 20, Again: 1, Heard: 30}),
			record.Pass, "udp:192.0.2.1:5060", "5.0 % of the requests of ours had to be sent again (1 of 20); of 30 messages of the system 0 came again although they had arrived", limit,
		},
		{
			"path.lossless", "few of many", e(record.Repeats{Requests: 1000, Again: 5, Heard: 30, HeardAgain: 1}),
			record.Pass, "udp:192.0.2.1:5060", "0.5 % of the requests of ours had to be sent again (5 of 1000); of 30 messages of the system 1 came again although they had arrived", limit,
		},
		{
			"path.lossless", "packets are lost", e(record.Repeats{Requests: 200, Again: 9, Heard: 300, HeardAgain: 4}),
			record.Fail, "udp:192.0.2.1:5060", "4.5 % of the requests of ours had to be sent again (9 of 200); of 300 messages of the system 4 came again although they had arrived", limit,
		},
	}
}
