// SPDX-License-Identifier: MIT

package process

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// Client is the runner's end of a program that has prepared one workload.
type Client struct {
	About About

	cmd      *exec.Cmd
	in       io.WriteCloser
	requests *json.Encoder
	replies  *json.Decoder
	stderr   *bytes.Buffer
}

// Start starts program and has it prepare a workload in dir. The error is
// workload.ErrNotOffered when the driver has nothing for it.
func Start(ctx context.Context, program, name string, size workload.Size, dir string) (*Client, error) {
	c := &Client{cmd: exec.CommandContext(ctx, program), stderr: &bytes.Buffer{}}
	c.cmd.Stderr = c.stderr
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	c.in, c.requests, c.replies = in, json.NewEncoder(in), json.NewDecoder(out)
	answer, err := c.ask(request{Workload: name, Size: size, Dir: dir})
	if err == nil && answer.About == nil {
		err = errors.New("prepare: the program does not say what it is")
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	c.About = *answer.About
	return c, nil
}

// Round runs one round.
func (c *Client) Round() (Measured, error) {
	answer, err := c.ask(request{})
	return answer.Measured, err
}

func (c *Client) ask(r request) (reply, error) {
	var answer reply
	err := c.requests.Encode(r)
	if err == nil {
		err = c.replies.Decode(&answer)
	}
	switch {
	case err != nil:
		return answer, fmt.Errorf("ask the program: %w: %s", err, lastLine(c.stderr))
	case answer.NotOffered:
		return answer, workload.ErrNotOffered
	case answer.Error != "":
		return answer, errors.New(answer.Error)
	}
	return answer, nil
}

// Close ends the program.
func (c *Client) Close() error {
	c.in.Close()
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("end the program: %w: %s", err, lastLine(c.stderr))
	}
	return nil
}

// lastLine is what a program said last; it may still be running.
func lastLine(b *bytes.Buffer) string {
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	return lines[len(lines)-1]
}
