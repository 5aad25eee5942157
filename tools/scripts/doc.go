// SPDX-License-Identifier: MIT

// Package scripts tests the shell scripts that are this tree's commands: what they do with a wrong command line, and that
// a failure of what they call is theirs. What they call is a stand-in here.
package scripts
