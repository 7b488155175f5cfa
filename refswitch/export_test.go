package refswitch

// Left tells how many dialogs and transactions the switch holds.
func (s *Switch) Left() (dialogs, transactions int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dialogs), s.layer.Transactions()
}
