package stage

import (
	"fmt"
	"os"
	"slices"
	"strconv"

	"ringproof/internal/site"
	"ringproof/simulators/media"
)

// RealPhone is a phone that is not ours.
type RealPhone struct {
	Name    string // in the record: "phone 1002"
	Number  string
	Product string
	Records string // the directory of its recordings
	Held    bool   // by a person
	// Numbers are its own, by which it is known where it calls; Others are those
	// of all other accounts.
	Numbers, Others []string
	stage           *Stage
	plays           media.Voice // of a program
}

// RealPhones gives the phones that are not ours.
func (c *Cast) RealPhones() (out []RealPhone, err error) {
	for _, a := range c.stage.cfg.Site.Real {
		p := RealPhone{
			Name: "phone " + a.User, Number: a.Dialled(), Product: a.Phone.Product, Records: a.Phone.Records,
			Held: a.Phone.Held(), Numbers: []string{a.Dialled(), a.User}, Others: c.stage.numbersBut(a.User), stage: c.stage,
		}
		for v, name := range c.stage.real {
			if name == p.Name {
				p.plays = v
			}
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, &NotApplicableError{Why: "no account of the profile is played_by: real"}
	}
	return out, nil
}

// numbersBut gives the numbers of all accounts but one.
func (s *Stage) numbersBut(user string) (out []string) {
	for _, a := range slices.Concat(s.cfg.Site.Accounts, s.cfg.Site.Real) {
		if a.User != user {
			out = append(out, a.Dialled(), a.User)
		}
	}
	return out
}

// voicesOf reads which voices real phones play, so that nobody else has them.
func voicesOf(s *site.Site) (map[media.Voice]string, error) {
	out := map[media.Voice]string{}
	for _, a := range s.Real {
		if a.Phone.Held() {
			continue
		}
		b, err := os.ReadFile(a.Phone.Plays)
		if err != nil {
			return nil, fmt.Errorf("what phone %s plays: %w", a.User, err)
		}
		r, err := media.ReadWAV(b)
		if err != nil {
			return nil, fmt.Errorf("what phone %s plays, %s: %w", a.User, a.Phone.Plays, err)
		}
		v, ok := r.Voice()
		if !ok {
			return nil, fmt.Errorf("what phone %s plays, %s, is no voice of ours: want a file that `ringproof voice` wrote", a.User, a.Phone.Plays)
		}
		if other, taken := out[v]; taken {
			return nil, fmt.Errorf("phone %s plays the voice of %s, %s: want another for each, ringproof voice --number", a.User, other, a.Phone.Plays)
		}
		out[v] = "phone " + a.User
	}
	if len(out) == media.Voices {
		return nil, fmt.Errorf("real phones play all %d voices there are: want one that none of them plays, for those who call them", media.Voices)
	}
	return out, nil
}

// Sounds finds what is wrong with the files that real phones play.
func Sounds(s *site.Site) error {
	_, err := voicesOf(s)
	return err
}

// Digits makes up digits to be said.
func (s *Stage) Digits(n int) (out string) {
	for range n {
		out += strconv.Itoa(int(s.number32() % 10))
	}
	return out
}
