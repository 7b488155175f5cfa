package load

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"syscall"

	"ringproof/internal/batch"
)

// Preflight says, before a load begins, what of this machine may spoil it, and
// what to change. It fails where the load cannot begin at all. Nothing is
// sent.
func (c Config) Preflight() (notes []Reason, err error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if n, cores := max(1, c.Engines), runtime.GOMAXPROCS(0); n > cores {
		notes = append(notes, Reason{
			fmt.Sprintf("%d engines share %d cores", n, cores), "Use no more engines than there are cores, and leave some to the system under test if it runs here.",
		})
	}
	var faults []error
	for i := range max(1, c.Engines) {
		s, err := open(c.Network, c.Transport, c.socket(i), batch.NewClock())
		if err != nil {
			faults = append(faults, unbound(c.at(i), err))
			continue
		}
		if i == 0 {
			notes = append(notes, narrow("receive", "rmem_max", s.Stats().ReceiveBuffer, c.Receive)...)
			notes = append(notes, narrow("send", "wmem_max", s.Stats().SendBuffer, c.Send)...)
		}
		faults = append(faults, s.Close())
	}
	return notes, errors.Join(faults...)
}

// at gives the address of one of the engines.
func (c Config) at(i int) netip.AddrPort {
	if c.From.Port() == 0 {
		return c.From
	}
	return netip.AddrPortFrom(c.From.Addr(), c.From.Port()+uint16(i)) // Validate has seen to it
}

func (c Config) socket(i int) batch.Config {
	return batch.Config{Local: c.at(i), Remote: c.To, Receive: c.Receive, Send: c.Send}
}

// narrow notes that less of a buffer is granted than was asked for. Where
// there are no such buffers none is.
func narrow(which, setting string, granted, asked int) []Reason {
	if asked == 0 {
		asked = batch.Buffers
	}
	if granted == 0 || granted >= asked {
		return nil
	}
	return []Reason{{
		fmt.Sprintf("the kernel grants %d of %d bytes of %s buffer", granted, asked, which),
		fmt.Sprintf("sysctl -w net.core.%s=%d, or run as root, if datagrams are lost here.", setting, asked),
	}}
}

// AddressError says that an address cannot be used: another program has it, or
// it is none of this machine.
type AddressError struct {
	At   netip.AddrPort
	What string // and what to change
	Err  error
}

func (e *AddressError) Error() string { return fmt.Sprintf("%v: %s", e.Err, e.What) }
func (e *AddressError) Unwrap() error { return e.Err }

// unbound says why an address could not be used.
func unbound(at netip.AddrPort, err error) error {
	what := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		what = fmt.Sprintf("another program or socket has %s (ss -lnp shows which); want another, or port 0 for a free one", at)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		what = fmt.Sprintf("%s is no address of this machine (ip address shows which are)", at.Addr())
	case errors.Is(err, syscall.EACCES):
		what = "ports below 1024 want a privilege; want another port"
	default:
		return scarce(err)
	}
	return &AddressError{at, what, err}
}
