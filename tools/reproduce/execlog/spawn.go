// SPDX-License-Identifier: MIT

package execlog

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

func (l *Log) spawn(b []byte) error {
	s := &Spawn{}
	err := fields(b, func(n protowire.Number, v uint64) {
		switch n {
		case 4:
			s.inputs = uint32(v)
		case 9:
			s.ExitCode = int32(v)
		case 12:
			s.CacheHit = v != 0
		}
	}, func(n protowire.Number, v []byte) error {
		switch n {
		case 1:
			s.Args = append(s.Args, string(v))
		case 2:
			return decodeVariable(v, s)
		case 6:
			return l.output(v, s)
		case 7:
			s.Label = string(v)
		case 8:
			s.Mnemonic = string(v)
		case 10:
			s.Status = string(v)
		case 11:
			s.Runner = string(v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	sortFiles(s.Outputs)
	l.Spawns = append(l.Spawns, s)
	return nil
}

func decodeVariable(b []byte, s *Spawn) error {
	var name, value string
	err := fields(b, nil, func(n protowire.Number, v []byte) error {
		switch n {
		case 1:
			name = string(v)
		case 2:
			value = string(v)
		}
		return nil
	})
	s.Env = append(s.Env, name+"="+value)
	return err
}

// output reads both forms: fields 1 to 3 name a file, folder or link (7.1), field 5 names any (7.4 on).
func (l *Log) output(b []byte, s *Spawn) error {
	missing := error(nil)
	err := fields(b, func(n protowire.Number, v uint64) {
		if n != 1 && n != 2 && n != 3 && n != 5 {
			return
		}
		e, ok := l.entries[uint32(v)]
		if !ok {
			missing = fmt.Errorf("output of a spawn is entry %d, which is not in the log", v)
		}
		s.Outputs = append(s.Outputs, e.files...)
	}, func(n protowire.Number, v []byte) error {
		if n == 4 {
			s.Missing = append(s.Missing, string(v))
		}
		return nil
	})
	if err == nil {
		err = missing
	}
	return err
}

func (l *Log) linkAction(b []byte) error {
	var from, to string
	err := fields(b, nil, func(n protowire.Number, v []byte) error {
		switch n {
		case 1:
			from = string(v)
		case 2:
			to = string(v)
		}
		return nil
	})
	l.Symlinks[to] = from
	return err
}
