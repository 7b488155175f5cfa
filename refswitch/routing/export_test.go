package routing

// Steps tells in how many steps a number is looked up.
func (t *Table) Steps(number string) int {
	_, n := t.walk(number)
	return n
}
