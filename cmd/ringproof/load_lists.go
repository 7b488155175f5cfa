package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ringproof/simulators/load"
)

// listFlags say which numbers and accounts a load has, and over what it goes.
type listFlags struct{ numbers, callers, accounts, transport string }

func (f *listFlags) add(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.numbers, "numbers", "", "numbers to call or register in turn: 6000-6999, or FILE.csv with one a line")
	s.StringVar(&f.callers, "callers", "", "numbers that call in turn, said as those of --numbers")
	s.StringVar(&f.accounts, "accounts", "", "FILE.csv of accounts that answer challenges: user,password[,realm[,number]]")
	s.StringVar(&f.transport, "transport", "udp", "udp or tcp")
}

// apply puts what was said into the configuration of callers.
func (f *listFlags) apply(cfg *load.Config) (err error) {
	cfg.Transport = f.transport
	if f.numbers != "" {
		if cfg.Called, _, err = numbersOf("--numbers", f.numbers); err != nil {
			return err
		}
	}
	if cfg.Accounts, err = f.readAccounts(); err != nil {
		return err
	}
	switch {
	case f.callers != "":
		cfg.Callers, _, err = numbersOf("--callers", f.callers)
	case len(cfg.Accounts) > 0: // who an account calls as is seldom free
		var users []string
		for _, a := range cfg.Accounts {
			users = append(users, a.User)
		}
		cfg.Callers = load.List(users)
	}
	return err
}

// host puts it into that of a crowd, which then knows its numbers: those of a
// mix too.
func (f *listFlags) host(cfg *load.CrowdConfig, mix []load.Flow) error {
	cfg.Transport = f.transport
	if f.numbers == "" {
		return nil
	}
	texts := []string{f.numbers}
	for _, kind := range mix {
		texts = append(texts, kind.Name)
	}
	var total uint64
	var own []func(number []byte) bool
	for _, text := range texts {
		n, count, err := numbersOf("--numbers", text)
		if err != nil {
			return err
		}
		if total += count; count > mostNumbers || total > mostNumbers {
			return fmt.Errorf("--numbers and --mix, up to %s: want %d numbers at most", text, mostNumbers)
		}
		own = append(own, load.AnyOf(n, count))
	}
	cfg.Own = func(number []byte) bool {
		return slices.ContainsFunc(own, func(among func([]byte) bool) bool { return among(number) })
	}
	if f.callers != "" && len(mix) == 0 {
		return f.pair(cfg)
	}
	return nil
}

// pair tells the crowd which of its numbers each caller calls.
func (f *listFlags) pair(cfg *load.CrowdConfig) error {
	var lists [2][]string
	for i, text := range []string{f.callers, f.numbers} {
		n, count, err := numbersOf([]string{"--callers", "--numbers"}[i], text)
		if err != nil {
			return err
		}
		for j := range min(count, mostNumbers) {
			lists[i] = append(lists[i], string(n(nil, j)))
		}
	}
	cfg.Pairs = load.Pair(lists[0], lists[1])
	return nil
}

// mostNumbers is how many a crowd keeps in mind.
const mostNumbers = 1_000_000

func (f *listFlags) readAccounts() (out []load.Account, err error) {
	if f.accounts == "" {
		return nil, nil
	}
	err = read("--accounts", f.accounts, func(r io.Reader) (err error) {
		out, err = load.ReadAccounts(f.accounts, r)
		return err
	})
	return out, err
}

// numbersOf reads a range, or a file of numbers.
func numbersOf(flag, text string) (load.Numbers, uint64, error) {
	return numbersBy(load.ReadNumbers, flag, text)
}

// uniqueNumbersOf reads the same, and refuses what stands in a file twice.
func uniqueNumbersOf(flag, text string) (load.Numbers, uint64, error) {
	return numbersBy(load.ReadUniqueNumbers, flag, text)
}

func numbersBy(lines func(name string, r io.Reader) ([]string, error), flag, text string) (load.Numbers, uint64, error) {
	if !strings.HasSuffix(text, ".csv") {
		n, count, err := load.ParseNumbers(text)
		if err != nil {
			return nil, 0, fmt.Errorf("%s %w, or a file whose name ends in .csv", flag, err)
		}
		return n, count, nil
	}
	var list []string
	err := read(flag, text, func(r io.Reader) (err error) {
		list, err = lines(text, r)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return load.List(list), uint64(len(list)), nil
}

func read(flag, name string, take func(io.Reader) error) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	return errors.Join(take(file), file.Close())
}
