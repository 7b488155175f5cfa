package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// asker asks whoever sits at the terminal.
type asker struct {
	p     *printer
	begin sync.Once
	in    io.Reader
	lines chan string
}

const (
	// ahead is how many lines are kept that nobody has asked for.
	ahead = 64
	// settles is how long a terminal takes to hand over what was typed.
	settles = 50 * time.Millisecond
)

// ask prints a question and waits for a line. What was typed at a terminal
// before it was asked answers nothing; a script may write its answers at once.
func (a *asker) ask(ctx context.Context, question string) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	a.begin.Do(a.read)
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		a.forget()
	}
	a.p.question(question)
	select {
	case line, open := <-a.lines:
		if !open {
			a.p.line("")
			return "", errors.New("nobody answers: standard input has ended")
		}
		return line, nil
	case <-ctx.Done():
		a.p.line("")
		return "", context.Cause(ctx)
	}
}

// forget throws away the lines that were typed so far.
func (a *asker) forget() {
	for quiet := time.After(settles); ; {
		select {
		case _, open := <-a.lines:
			if !open {
				return
			}
		case <-quiet:
			return
		}
	}
}

// read reads lines for as long as the program lives.
func (a *asker) read() {
	a.lines = make(chan string, ahead)
	go func() {
		defer close(a.lines)
		for s := bufio.NewScanner(a.in); s.Scan(); {
			a.lines <- s.Text()
		}
	}()
}

// question prints a question; what is typed stands behind it.
func (p *printer) question(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calm()
	p.wipe()
	fmt.Fprint(p.w, p.paint(bold, "? "+text))
}
