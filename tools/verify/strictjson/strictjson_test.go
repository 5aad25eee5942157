// SPDX-License-Identifier: MIT

package strictjson

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

type document struct {
	Name  string            `json:"name"`
	Data  Base64            `json:"data"`
	List  []document        `json:"list"`
	Map   map[string]string `json:"map"`
	Inner *document         `json:"inner"`
	Any   json.RawMessage   `json:"any"`
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, text string
		fault      string // a part of it; "" for none
		fails      bool
	}{
		{"good", `{"name":"a","list":[{"name":"b"}],"map":{"x":"y"},"inner":{"name":"c"},"any":{"p":[1,{"q":2}]}}`, "", false},
		{"spaces", " \n{\t} \n", "", false},
		{"duplicate", `{"name":"a","name":"b"}`, "twice", false},
		{"duplicate by an escape", `{"name":"a","n\u0061me":"b"}`, "twice", false},
		{"duplicate below", `{"inner":{"list":[{"name":"a","name":"b"}]}}`, "twice", false},
		{"duplicate in anything", `{"any":{"x":1,"x":2}}`, "twice", false},
		{"duplicate in a map", `{"map":{"x":"1","x":"2"}}`, "twice", false},
		{"duplicate in another case", `{"any":{"x":1,"X":2}}`, "twice", false},
		{"duplicate by a letter that folds", `{"any":{"sk":1,"\u017f\u212a":2}}`, "twice", false},
		{"unknown", `{"more":1}`, "unknown", false},
		{"unknown below", `{"list":[{"more":1}]}`, "unknown", false},
		{"another case", `{"Name":"a"}`, "unknown", false},
		{"a second value", `{}{}`, "after", false},
		{"a word after it", `{} x`, "after", false},
		{"no UTF-8", "{\"name\":\"\xff\"}", "UTF-8", false},
		{"empty", "", "", true},
		{"cut off", `{"name":"a"`, "", true},
		{"cut off in a list", `{"list":[`, "", true},
		{"another type", `{"name":1}`, "", true},
		{"deep", strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2), "", true},
		{"base64", `{"data":"AAA="}`, "", false},
		{"base64 without padding", `{"data":"AAA"}`, "", true},
		{"base64 with a bit too much", `{"data":"AAB="}`, "", true},
		{"base64 with a line break", `{"data":"AA\nA="}`, "", true},
		{"many values", `{"any":[` + strings.Repeat("0,", MaxValues-2) + "0]}", "", true},
		{"as many as may be", `{"any":[` + strings.Repeat("0,", MaxValues-3) + "0]}", "", false},
		{"large", strings.Repeat(" ", MaxSize+1), "", true},
	} {
		var d document
		faults, err := Read([]byte(test.text), &d)
		if (err != nil) != test.fails || (len(faults) > 0) != (test.fault != "") || !strings.Contains(strings.Join(faults, " "), test.fault) {
			t.Errorf("%s: faults %q, error %v", test.name, faults, err)
		}
		if err := Strict([]byte(test.text), &d); (err != nil) != (test.fails || test.fault != "") {
			t.Errorf("%s: Strict = %v", test.name, err)
		}
	}
}

// TestReadPart: more fields are welcome; one that encoding/json takes for a known one is not.
func TestReadPart(t *testing.T) {
	for text, fault := range map[string]bool{
		`{"name":"a","more":{"NAME":1}}`: false, `{"more":1,"more":2}`: true, `{"Name":"a"}`: true, `{"inner":{"LIST":[]}}`: true, `{"li\u017ft":[]}`: true,
	} {
		var d document
		if faults, err := ReadPart([]byte(text), &d); err != nil || (len(faults) > 0) != fault {
			t.Errorf("%s: faults %q, error %v", text, faults, err)
		}
	}
}

// TestReadIsFast: a document of one long key around many values takes no time and no memory beyond its size, also if every
// value has a fault; a path for each would be a gigabyte.
func TestReadIsFast(t *testing.T) {
	text := []byte(`{"` + strings.Repeat("k", 1<<20) + `":[` + strings.Repeat(`{"a":0,"a":0},`, 1000) + `0]}`)
	var v json.RawMessage
	allocated := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if faults, err := Read(text, &v); err != nil || len(faults) != maxFaults || len(strings.Join(faults, "")) > maxFaults*4*maxPath {
				t.Fatalf("%d faults, %v", len(faults), err)
			}
		}
	}).AllocedBytesPerOp()
	if limit := int64(16 * len(text)); allocated > limit {
		t.Errorf("%d bytes for a document of %d", allocated, len(text))
	}
}

func TestCanonical(t *testing.T) {
	got, err := Canonical([]byte(` { "b" : 1.50, "a" : "<\u00e9>" } `))
	if want := "{\"a\":\"<é>\",\"b\":1.50}\n"; err != nil || string(got) != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

// FuzzRead: a document without faults means the same to encoding/json, which then knows every field.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"name":"a","data":"AAA=","any":[1]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d, other document
		if Strict(data, &d) != nil {
			return
		}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&other); err != nil {
			t.Errorf("encoding/json: %v", err)
		}
	})
}
