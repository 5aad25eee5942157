// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

const seenUsage = `usage: tuf seen --folder FOLDER --seen FILE [--adopt]

Shows what the memory of the online keys has of each role, beside what the folder has. Exit code 3: the folder was set back, has
another history, or there is no memory.

  --folder FOLDER      what is published
  --seen FILE          the memory, see tuf timestamp
  --adopt              takes the folder as it is: after the memory was lost, or what is newer than the folder was. Only after
                       somebody found out why, and that nothing newer is to be had. The next versions are above all that
                       clients may have seen
`

func runSeen(_ context.Context, w *world, args []string) error {
	var folder, name string
	var adopt bool
	f := newFlags("seen")
	f.StringVar(&folder, "folder", "", "")
	f.StringVar(&name, "seen", "", "")
	f.BoolVar(&adopt, "adopt", false, "")
	if err := action.Parse(f, seenUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"folder": folder, "seen": name}, "folder", "seen"); err != nil {
		return err
	}
	r, _, _, err := tuf.Load(&tree.Store{Dir: folder})
	if err != nil {
		return err
	}
	seen := tuf.Seen{Name: name}
	if adopt {
		if err := seen.Adopt(r); err != nil {
			return err
		}
	}
	rows, err := seen.Compare(r)
	if err != nil {
		return err
	}
	if err := showSeen(w, name, rows); err != nil {
		return err
	}
	return seen.Hold(r)
}

func showSeen(w *world, name string, rows []tuf.Row) error {
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "role\tremembered\tfolder\t\n")
	empty := !slices.ContainsFunc(rows, func(r tuf.Row) bool { return r.Folder.Version > 0 })
	for _, r := range rows {
		note := ""
		if r.Remembered.Highest > r.Folder.Version {
			note = fmt.Sprintf("%d was seen by clients and given up; the next version is above it", r.Remembered.Highest)
			if !empty { // where nothing can be made anew before the repository is restored
				note += advice(r, name)
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.Role, short(r.Remembered), short(r.Folder), note)
	}
	return t.Flush()
}

// advice is how a role's next version is made; "" where none is given. Online keys make theirs by themselves; what has no metadata can't
// be renewed. Root and targets are of every repository: one that lacks them is restored, and none of its keys is added.
func advice(r tuf.Row, name string) string {
	switch {
	case r.Role == "snapshot" || r.Role == "timestamp":
		return ""
	case r.Folder.Version > 0:
		return fmt.Sprintf(": tuf rotate --renew %s --seen %s", r.Role, name)
	case r.Role == "root" || r.Role == "targets":
		return ""
	case r.Delegated:
		return fmt.Sprintf(": tuf add --seen %s with a release of %s", name, r.Role)
	}
	return fmt.Sprintf(": tuf rotate --add %s=PUBLIC --seen %s, and once that is published tuf add --seen %s", r.Role, name, name)
}

func short(m tuf.Mark) string {
	if m.Version == 0 {
		return "none"
	}
	return fmt.Sprintf("%d (%.12s)", m.Version, m.SHA256)
}

// memory is the file that --seen names, or the one beside the online keys.
func memory(name, online string) tuf.Seen {
	if name == "" {
		name = online + ".seen"
	}
	return tuf.Seen{Name: name}
}
