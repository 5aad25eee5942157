// SPDX-License-Identifier: MIT

package secret

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"
)

// Terminal asks at the controlling terminal, whatever the standard streams are.
func Terminal(question string) ([]byte, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, errors.New("there is no terminal to ask at; give the secret by file:PATH or fd:N")
	}
	defer tty.Close()
	fmt.Fprint(tty, question)
	answer, err := term.ReadPassword(int(tty.Fd()))
	fmt.Fprintln(tty)
	return answer, err
}
