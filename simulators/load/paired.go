package load

// Pairing tells which of a crowd's numbers each caller calls. The n-th call goes
// from the n-th of the callers to the n-th of the numbers, and both lists begin
// again at their end; so a caller's number tells which numbers it may call,
// where the lists are long.
type Pairing struct {
	callers, called map[string]int // by the form that the crowd is shown; -1 stands at two places
	every           int            // a caller's and its number's places differ by a multiple of it
}

// Pair pairs callers with the numbers that they call, each in the form in which
// the crowd is shown it. It gives nil where a caller may call any number.
func Pair(callers, called []string) *Pairing {
	p := &Pairing{map[string]int{}, map[string]int{}, gcd(len(callers), len(called))}
	if p.every < 2 {
		return nil
	}
	for _, x := range []struct {
		list  []string
		place map[string]int
	}{{callers, p.callers}, {called, p.called}} {
		for i, number := range x.list {
			if _, twice := x.place[number]; twice {
				i = -1
			}
			x.place[number] = i
		}
	}
	return p
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// paired is what a crowd has learnt of who calls whom.
type paired struct {
	*Pairing
	first   int    // place of the first caller that was known
	several bool   // others came too
	wrong   uint64 // calls from somebody who was not to call that number
}

// came takes note of a call.
func (p *paired) came(from, to []byte) {
	if p.Pairing == nil {
		return
	}
	i, known := p.callers[string(from)]
	j, there := p.called[string(to)]
	if !known || !there || i < 0 || j < 0 {
		return // withheld, or in another form: it tells nothing
	}
	if p.first == 0 {
		p.first = i + 1
	}
	p.several = p.several || p.first != i+1
	if i%p.every != j%p.every {
		p.wrong++
	}
}

// elsewhere gives how many calls came for another number than was dialled. A
// system that shows one number for all callers is not judged by it.
func (p *paired) elsewhere() uint64 {
	if !p.several {
		return 0
	}
	return p.wrong
}
