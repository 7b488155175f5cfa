package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ringproof/internal/leftover"
	"ringproof/internal/site"
	"ringproof/reports/record"
)

// Accounts of a running system may be somebody's. Before a phone of ours is
// bound, what an earlier run of ours has left is removed, and the registrar
// is asked who else is bound: nobody is displaced.

// keepNotes opens the notes of this run's bindings at a running system.
func (h *Harness) keepNotes() (err error) {
	y, real := h.site.Tested()
	if !real || h.suite.Notes == "" || len(h.site.Accounts) == 0 {
		return nil
	}
	h.notes, err = leftover.Open(h.suite.Notes, y.SIP.String()+" "+y.Domain)
	return err
}

// spare clears up after earlier runs and keeps our phones from accounts with
// contacts that are not ours.
func (h *Harness) spare(ctx context.Context) {
	if _, real := h.site.Tested(); !real {
		return
	}
	for _, f := range h.notes.Found() {
		h.clear(ctx, f)
	}
	for _, a := range h.site.Accounts {
		if a.Shared {
			continue
		}
		f, err := h.stage.Contacts(ctx, a)
		if err != nil {
			return // silent: the first scenario that registers will say so
		}
		if why := displaced(a, f); why != "" {
			h.stage.Leave(a.User, why)
			h.say(why)
		}
	}
}

// displaced tells why an account is left alone, by what the registrar
// answered to the question for its contacts.
func displaced(a site.Account, f record.Registration) string {
	const unless = "; shared: true in the profile lets our phone stand beside it"
	switch {
	case f.Code >= 200 && f.Code < 300 && len(f.Contacts) == 0:
		return ""
	case f.Code >= 200 && f.Code < 300:
		return fmt.Sprintf("account %s is in use: %s is bound to it and is not displaced%s", a.User, strings.Join(f.Contacts, ", "), unless)
	case slices.Contains([]int{401, 403, 404, 407}, f.Code):
		return "" // to bind it is refused too, and that is judged
	}
	return fmt.Sprintf("account %s may be in use: asked for its contacts, the registrar answered %d %s%s", a.User, f.Code, f.Reason, unless)
}

// clear removes what a run that ended at once has left bound.
func (h *Harness) clear(ctx context.Context, file leftover.File) {
	all := true
	for _, b := range file.Bindings {
		at := slices.IndexFunc(h.site.Accounts, func(a site.Account) bool { return a.User == b.User })
		if at < 0 {
			all = false
			h.say(fmt.Sprintf("left by a run that was killed, and not removed, for the profile has no account %s: %s", b.User, b.Contact))
			continue
		}
		f, err := h.stage.Remove(ctx, h.site.Accounts[at], b.Contact)
		if err != nil || f.Code < 200 || f.Code >= 300 {
			all = false
			h.say(fmt.Sprintf("left by a run that was killed, and not removed (%s): %s of account %s", answer(f, err), b.Contact, b.User))
			continue
		}
		h.say(fmt.Sprintf("removed, left by a run that was killed: %s of account %s", b.Contact, b.User))
	}
	if all {
		if err := h.notes.Forget(file); err != nil {
			h.suite.Log.Warn("notes", "err", err)
		}
	}
}

func answer(f record.Registration, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", f.Code, f.Reason)
}

// say tells of something beside the scenarios, and enters it into the record.
func (h *Harness) say(text string) {
	h.journal.Add(record.Event{At: h.journal.Now(), Party: "harness", Text: text})
	if h.suite.Say != nil {
		h.suite.Say(text)
	}
}
