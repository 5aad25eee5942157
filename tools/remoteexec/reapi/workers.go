// SPDX-License-Identifier: MIT

package reapi

import "context"

// Execute asks for an action to be carried out, and does not wait for it.
func (c *Client) Execute(ctx context.Context, action Digest) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, err := c.call(ctx, "Execution/Execute", message(nil).text(1, c.Instance).bytes(6, action.message()))
	return err
}

// CreateBotSession asks to be a worker, without a name. Who may be one is told that with InvalidArgument, and so becomes
// none: an action would wait for it.
//
// Format: google.devtools.remoteworkers.v1test2.Bots
func (c *Client) CreateBotSession(ctx context.Context) error {
	_, err := c.callPath(ctx, "/google.devtools.remoteworkers.v1test2.Bots/CreateBotSession", message(nil).text(1, c.Instance).bytes(2, nil))
	return err
}
