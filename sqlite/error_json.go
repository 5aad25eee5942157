// SPDX-License-Identifier: MIT

package sqlite

import "encoding/json"

// MarshalJSON gives the error's codes and message for logs, and for libraries
// that look at the codes without importing this package, as gorm's dialect does.
// The SQL is left out: it may hold secrets.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Code         int    // primary
		ExtendedCode int    // the same when there is no extension
		Name         string // of the extended code, in C
		Message      string
		Offset       int    // -1 when unknown
		Advice       string `json:",omitempty"`
	}{int(e.Code.Primary()), int(e.Code), e.Code.String(), e.Message, e.Offset, e.Advice()})
}
