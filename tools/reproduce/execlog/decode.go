// SPDX-License-Identifier: MIT

package execlog

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of ExecLogEntry and of the messages in it.
const (
	entryID         = 1
	entryInvocation = 2
	entryFile       = 3
	entryDirectory  = 4
	entrySymlink    = 5
	entryInputSet   = 6
	entrySpawn      = 7
	entryLinkAction = 8
	entryLinkSet    = 9
	entryRunfiles   = 10
)

// fields calls one function for each field of a message: num for varints, sub for bytes, strings and messages.
func fields(b []byte, num func(n protowire.Number, v uint64), sub func(n protowire.Number, v []byte) error) error {
	for len(b) > 0 {
		n, typ, size := protowire.ConsumeTag(b)
		if size < 0 {
			return protowire.ParseError(size)
		}
		b = b[size:]
		switch typ {
		case protowire.VarintType:
			v, size := protowire.ConsumeVarint(b)
			if size < 0 {
				return protowire.ParseError(size)
			}
			if num != nil {
				num(n, v)
			}
			b = b[size:]
		case protowire.BytesType:
			v, size := protowire.ConsumeBytes(b)
			if size < 0 {
				return protowire.ParseError(size)
			}
			if sub != nil {
				if err := sub(n, v); err != nil {
					return err
				}
			}
			b = b[size:]
		default:
			size := protowire.ConsumeFieldValue(n, typ, b)
			if size < 0 {
				return protowire.ParseError(size)
			}
			b = b[size:]
		}
	}
	return nil
}

func (l *Log) add(b []byte) error {
	var id uint32
	var kind protowire.Number
	var body []byte
	err := fields(b, func(n protowire.Number, v uint64) {
		if n == entryID {
			id = uint32(v)
		}
	}, func(n protowire.Number, v []byte) error {
		kind, body = n, v
		return nil
	})
	if err != nil {
		return err
	}
	var e entry
	switch kind {
	case entryInvocation:
		return fields(body, nil, func(n protowire.Number, v []byte) error {
			if n == 1 {
				l.HashFunction = string(v)
			}
			return nil
		})
	case entryFile:
		var f File
		f, err = decodeFile(body)
		e.files = []File{f}
	case entryDirectory:
		e.files, err = decodeDirectory(body)
	case entrySymlink:
		e.files, err = decodeSymlink(body)
	case entryInputSet:
		e, err = decodeInputSet(body)
	case entrySpawn:
		return l.spawn(body)
	case entryLinkAction:
		return l.linkAction(body)
	case entryLinkSet:
		e, err = decodeLinkSet(body)
	case entryRunfiles:
		e, err = decodeRunfiles(body)
	default:
		return fmt.Errorf("entry of type %d is not known; this reader knows the logs of Bazel 7 to 9", kind)
	}
	if err != nil {
		return err
	}
	if id == 0 {
		return nil
	}
	if e.print, err = l.fingerprint(e); err != nil {
		return err
	}
	l.entries[id] = e
	return nil
}

func decodeFile(b []byte) (File, error) {
	var f File
	err := fields(b, nil, func(n protowire.Number, v []byte) error {
		switch n {
		case 1:
			f.Path = string(v)
		case 2:
			return decodeDigest(v, &f)
		}
		return nil
	})
	return f, err
}

func decodeDigest(b []byte, f *File) error {
	return fields(b, func(n protowire.Number, v uint64) {
		if n == 2 {
			f.Size = int64(v)
		}
	}, func(n protowire.Number, v []byte) error {
		if n == 1 {
			f.Hash = string(v)
		}
		return nil
	})
}

func decodeDirectory(b []byte) ([]File, error) {
	path := ""
	var files []File
	err := fields(b, nil, func(n protowire.Number, v []byte) error {
		switch n {
		case 1:
			path = string(v)
		case 2:
			f, err := decodeFile(v)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		return nil
	})
	for i := range files {
		files[i].Path = path + "/" + files[i].Path
	}
	if len(files) == 0 {
		files = []File{{Path: path + "/"}}
	}
	return files, err
}

func decodeSymlink(b []byte) ([]File, error) {
	var f File
	err := fields(b, nil, func(n protowire.Number, v []byte) error {
		switch n {
		case 1:
			f.Path = string(v)
		case 2:
			f.Symlink = string(v)
		}
		return nil
	})
	return []File{f}, err
}

// decodeInputSet reads both forms: fields 1 to 3 list files, folders and links apart (7.1), field 5 lists all (7.4 on).
func decodeInputSet(b []byte) (entry, error) {
	var e entry
	add := func(n protowire.Number, v uint64) {
		switch n {
		case 1, 2, 3, 5:
			e.direct = append(e.direct, uint32(v))
		case 4:
			e.sets = append(e.sets, uint32(v))
		}
	}
	return e, fields(b, add, func(n protowire.Number, v []byte) error { return packed(n, v, add) })
}

// packed reads a repeated number field in its packed form.
func packed(n protowire.Number, b []byte, add func(protowire.Number, uint64)) error {
	for len(b) > 0 {
		v, size := protowire.ConsumeVarint(b)
		if size < 0 {
			return protowire.ParseError(size)
		}
		add(n, v)
		b = b[size:]
	}
	return nil
}

// decodeLinkSet reads the map from runfiles links to entries; the names of links are part of no content.
func decodeLinkSet(b []byte) (entry, error) {
	var e entry
	add := func(n protowire.Number, v uint64) {
		if n == 2 {
			e.sets = append(e.sets, uint32(v))
		}
	}
	return e, fields(b, add, func(n protowire.Number, v []byte) error {
		if n == 2 {
			return packed(n, v, add)
		}
		return fields(v, func(n protowire.Number, v uint64) {
			if n == 2 {
				e.direct = append(e.direct, uint32(v))
			}
		}, nil)
	})
}

// decodeRunfiles takes the artifacts of a runfiles tree, its links and its repository mapping as inputs.
func decodeRunfiles(b []byte) (entry, error) {
	var e entry
	path := ""
	err := fields(b, func(n protowire.Number, v uint64) {
		if n >= 2 && n <= 4 {
			e.sets = append(e.sets, uint32(v))
		}
	}, func(n protowire.Number, v []byte) error {
		switch n {
		case 1:
			path = string(v)
		case 6:
			f, err := decodeFile(v)
			f.Path = path + "/_repo_mapping"
			e.files = append(e.files, f)
			return err
		}
		return nil
	})
	return e, err
}
