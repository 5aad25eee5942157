// SPDX-License-Identifier: MIT

// Package tuf fetches releases from a repository of The Update Framework, such as package publish/tuf makes. It stands on
// the updater of go-tuf, which goes through the steps of
// https://theupdateframework.github.io/specification/v1.0.31/#detailed-client-workflow, and adds what that leaves to its
// user: bounds on time and sizes, downloads that resume and are never held in memory, names that stay inside of a folder,
// a state that is known to be whole, and errors that tell attacks apart.
//
//	c, err := tuf.Open(tuf.Options{Root: pinned, MetadataURL: "https://example.org/tuf/metadata",
//		TargetsURL: "https://example.org/tuf/targets", State: dir, HTTP: http.DefaultClient, Now: time.Now})
//	list, err := c.Targets(ctx, "stable", "v1")
//	err = c.Download(ctx, list[0].Name, file, nil)
//
// # Trust
//
// The root that the user pins is where trust begins. Later roots are taken when the one before has signed them; they are
// kept in the state and followed again from the pinned root each time. Nothing else is trusted from the start.
//
// # State
//
// What was seen last protects from what is older. Who loses the state, begins at the pinned root: metadata that has not
// ended is then taken although newer one was seen. Fresh says so. A state of which only a part is there is refused.
//
// A Client may be used by several goroutines; one of them works at a time.
package tuf
