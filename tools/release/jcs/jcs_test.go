// SPDX-License-Identifier: MIT

package jcs

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestTransform(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"empty object", "{}", "{}"},
		{"space goes", " { \"a\" : [ 1 , true , null ] } \n", `{"a":[1,true,null]}`},
		{"keys by bytes", `{"b":1,"a":2,"B":3}`, `{"B":3,"a":2,"b":1}`},
		// RFC 8785 section 3.2.3: U+1F600 is D83D DE00 in UTF-16 and comes before U+FB33, though not in UTF-8.
		{"keys by UTF-16", `{"\ufb33":1,"\ud83d\ude00":2,"\u20ac":3,"1":4}`, "{\"1\":4,\"\u20ac\":3,\"\U0001f600\":2,\"\ufb33\":1}"},
		{"escapes", `"\u20ac$\u000f\nA'\u0042\u0022\u005c\\\"\/"`, "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""},
		{"delete is not escaped", "\"\u007f<>&\u2028\"", "\"\u007f<>&\u2028\""},
		{"escaped backslash before u", `"\\ud800"`, `"\\ud800"`},
		{"nested order", `[{"b":{"d":1,"c":2},"a":[]}]`, `[{"a":[],"b":{"c":2,"d":1}}]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Transform([]byte(test.in))
			if err != nil || string(got) != test.want {
				t.Errorf("Transform = %s, %v; want %s", got, err, test.want)
			}
			again, err := Transform(got)
			if err != nil || string(again) != string(got) {
				t.Errorf("a second time: %s, %v", again, err)
			}
		})
	}
}

// Bit patterns and texts from RFC 8785 appendix B.
func TestNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0", 0x8000000000000000: "0",
		0x0000000000000001: "5e-324", 0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992", 0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000", 0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23", 0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000", 0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7", 0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332", 0xbecbf647612f3696: "-0.0000033333333333333333",
	} {
		in := strconv.FormatFloat(math.Float64frombits(bits), 'g', 25, 64)
		if got, err := Transform([]byte(in)); err != nil || string(got) != want {
			t.Errorf("%016x (%s) = %s, %v; want %s", bits, in, got, err, want)
		}
	}
}

func TestTransformRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing": "", "cut off": `{"a":1`, "two values": "{} {}", "trailing comma": `[1,]`,
		"duplicate key": `{"a":1,"\u0061":2}`, "duplicate key below": `[{"a":{"b":1,"b":1}}]`,
		"not UTF-8": "\"\xff\"", "half a pair": `"\ud800"`, "half a pair and text": `"\ud800abcdefg"`,
		"low half first": `"\udc00\ud800"`, "too large a number": "1e400",
		"too deep": strings.Repeat("[", maxDepth+2) + strings.Repeat("]", maxDepth+2),
	} {
		if got, err := Transform([]byte(in)); err == nil {
			t.Errorf("%s: Transform = %s", name, got)
		}
	}
}

func TestFile(t *testing.T) {
	got, err := File(map[string]any{"b": "<&>", "a": []int{1, 2}})
	if want := "{\"a\":[1,2],\"b\":\"<&>\"}\n"; err != nil || string(got) != want {
		t.Errorf("File = %s, %v; want %s", got, err, want)
	}
	if _, err := Marshal(math.NaN()); err == nil {
		t.Error("NaN was written")
	}
}

// What has a canonical text has it for good, and it is JSON that means the same.
func FuzzTransform(f *testing.F) {
	f.Add([]byte(`{"b":[1.5e3,"\u20ac",null],"a":{"\ud83d\ude00":true}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		once, err := Transform(in)
		if err != nil {
			return
		}
		twice, err := Transform(once)
		if err != nil || string(once) != string(twice) {
			t.Errorf("%q: %q, then %q, %v", in, once, twice, err)
		}
		var a, b any
		if json.Unmarshal(in, &a) != nil || json.Unmarshal(once, &b) != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%q means something else than %q", once, in)
		}
	})
}
