package gateway

import (
	"fmt"
	"strings"
)

// Directory is a gateway's binding table: which camera a number leads to, and
// whether the camera is there. A number that is not in it is unmapped. Looking
// up takes the same time for one camera as for a million, and each costs fewer
// than 200 bytes. It may be read from many goroutines, and is not changed then.
type Directory struct {
	bindings map[key]binding
	cameras  []key
}

// key is a number: 24 signs of four bits, padded.
type key [12]byte

// binding leads a number to a camera.
type binding struct {
	camera  uint32
	offline bool
}

const (
	signs  = "0123456789+"
	noSign = 0xf
	// longest is how many signs a number may have.
	longest = 2 * len(key{})
)

// NewDirectory gives an empty table with room for that many cameras.
func NewDirectory(room int) *Directory {
	return &Directory{bindings: make(map[key]binding, room), cameras: make([]key, 0, room)}
}

// Add adds a camera that is reached by its own number.
func (d *Directory) Add(number string) error {
	k, err := pack(number)
	if err != nil {
		return err
	}
	if _, there := d.bindings[k]; there {
		return fmt.Errorf("gateway: the number %s is bound already", number)
	}
	d.bindings[k] = binding{camera: uint32(len(d.cameras))}
	d.cameras = append(d.cameras, k)
	return nil
}

// Bind has a further number lead to the camera that another leads to.
func (d *Directory) Bind(number, camera string) error {
	k, err := pack(number)
	if err != nil {
		return err
	}
	b, err := d.find(camera)
	if err != nil {
		return err
	}
	if _, there := d.bindings[k]; there {
		return fmt.Errorf("gateway: the number %s is bound already", number)
	}
	d.bindings[k] = b
	return nil
}

// Unbind takes a number out: it is unmapped then.
func (d *Directory) Unbind(number string) {
	if k, err := pack(number); err == nil {
		delete(d.bindings, k)
	}
}

// Offline says that the camera behind a number is not there.
func (d *Directory) Offline(number string) error {
	b, err := d.find(number)
	if err != nil {
		return err
	}
	b.offline = true
	k, _ := pack(number) // find has tried it
	d.bindings[k] = b
	return nil
}

func (d *Directory) find(number string) (binding, error) {
	k, err := pack(number)
	if err != nil {
		return binding{}, err
	}
	b, there := d.bindings[k]
	if !there {
		return binding{}, fmt.Errorf("gateway: no camera has the number %s", number)
	}
	return b, nil
}

// Lookup gives the camera that a number leads to, by the camera's own number,
// and whether it is online; no camera for an unmapped number.
func (d *Directory) Lookup(number string) (camera string, online bool) {
	b, err := d.find(number)
	if err != nil {
		return "", false
	}
	return d.cameras[b.camera].String(), !b.offline
}

// Len gives how many numbers are bound.
func (d *Directory) Len() int { return len(d.bindings) }

func pack(number string) (k key, err error) {
	if number == "" || len(number) > longest {
		return k, fmt.Errorf("gateway: number %q: want 1 to %d signs", number, longest)
	}
	for i := range longest {
		nibble := noSign
		if i < len(number) {
			if nibble = strings.IndexByte(signs, number[i]); nibble < 0 {
				return k, fmt.Errorf("gateway: number %q: want digits, with or without a +", number)
			}
		}
		k[i/2] |= byte(nibble) << (4 - 4*(i%2))
	}
	return k, nil
}

func (k key) String() string {
	var b strings.Builder
	for i := range longest {
		n := int(k[i/2] >> (4 - 4*(i%2)) & 0xf)
		if n == noSign {
			break
		}
		b.WriteByte(signs[n])
	}
	return b.String()
}
