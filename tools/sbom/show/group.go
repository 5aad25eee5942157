// SPDX-License-Identifier: MIT

package show

// A Group is the sum of the areas of one group, for a table.
type Group struct {
	Name  string
	Bytes string // as people write it
	Share string // of all bytes, in percent
}

// Groups are the sums of areas by group, the largest first.
func Groups(areas []Area) ([]Group, error) {
	names, byName, err := groups(areas)
	if err != nil {
		return nil, err
	}
	var all []Group
	for _, name := range names {
		n := total(byName[name])
		all = append(all, Group{Name: name, Bytes: Bytes(n), Share: share(n, total(areas))})
	}
	return all, nil
}
