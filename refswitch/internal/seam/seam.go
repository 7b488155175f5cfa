// Package seam is where the switch's behaviour may be bent: a nil-safe struct
// of funcs, asked at a few places of the switch and set by package defect.
// A healthy switch has no Hooks at all.
package seam

// Leg is one side of a call.
type Leg struct {
	Called bool   // the called side, or else the caller's
	Trunk  bool   // a trunk peer, or else a registered phone
	Across bool   // the other side is of the other kind
	Video  bool   // of its media: the video, or else the audio
	Number string // that was dialled
}

// Hooks bend the switch, by family. A nil func, or nil Hooks, changes
// nothing: every method may be called on nil.
type Hooks struct {
	Media
	Calls
	Dialog
	Form
	Session
	Routing
	Identity
	Access
	Registration
	Cameras
	Load
}
