package access

import (
	"net/netip"

	"github.com/gaissmai/bart"
)

// Trust says which trunk an address belongs to. Build it with Add, then only
// look up: lookups may run side by side.
type Trust struct{ sources bart.Table[string] }

// Add has calls from a network taken for the trunk's.
func (t *Trust) Add(from netip.Prefix, trunk string) { t.sources.Insert(from.Masked(), trunk) }

// Trunk gives the trunk of an address: that of the most specific network.
func (t *Trust) Trunk(a netip.Addr) (string, bool) { return t.sources.Lookup(a.Unmap()) }
