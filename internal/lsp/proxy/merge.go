package proxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/memlint/memlint/internal/lsp/protocol"
)

// An object is JSON of which some keys are of interest and the others stay.
type object map[string]json.RawMessage

// encode returns v as JSON. The proxy makes v of what has been JSON.
func encode(v any) json.RawMessage {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("cannot encode %T: %v", v, err))
	}
	return body
}

// decode returns an object, nil if data is none.
func decode(data json.RawMessage) object {
	var o object
	if json.Unmarshal(data, &o) != nil {
		return nil
	}
	return o
}

// at returns the object under keys, one inside the other, empty if there is none.
func (o object) at(keys ...string) object {
	for _, key := range keys {
		o = decode(o[key])
	}
	if o == nil {
		return object{}
	}
	return o
}

// with returns o with value under keys, one inside the other.
func (o object) with(value any, keys ...string) object {
	next := object{}
	for k, v := range o {
		next[k] = v
	}
	if len(keys) > 1 {
		value = decode(o[keys[0]]).with(value, keys[1:]...)
	}
	next[keys[0]] = encode(value)
	return next
}

// diagnosticsOf returns the diagnostics in the parameters of a publication.
func diagnosticsOf(params json.RawMessage) []json.RawMessage {
	return listOf(decode(params)["diagnostics"])
}

// itemsOf returns what is to be put together of an answer: the code actions, or
// the diagnostics of a report.
func itemsOf(result json.RawMessage) []json.RawMessage {
	if list := listOf(result); list != nil {
		return list
	}
	return listOf(decode(result)["items"])
}

func listOf(data json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		return nil
	}
	return list
}

// together returns a list that is not null.
func together(a, b []json.RawMessage) []json.RawMessage {
	return append(append([]json.RawMessage{}, a...), b...)
}

// same reports whether two lists are the same.
func same(a, b []json.RawMessage) bool {
	return slices.EqualFunc(a, b, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}

// publication returns m with the diagnostics of both servers.
func publication(m message, first, second []json.RawMessage) json.RawMessage {
	return encode(map[string]any{
		"jsonrpc": "2.0", "method": m.Method,
		"params": decode(m.Params).with(together(first, second), "diagnostics"),
	})
}

// merged returns the answer m, which is body, with more code actions, or with
// more diagnostics. If there are none, if m is an error, or if it says that a
// report did not change, it stays as it is.
func merged(body json.RawMessage, m *message, extra []json.RawMessage) json.RawMessage {
	if m.failed() || len(extra) == 0 {
		return body
	}
	report := decode(m.Result)
	switch {
	case report == nil: // code actions, or null for none
		return encode(decode(body).with(together(listOf(m.Result), extra), "result"))
	case report["items"] == nil:
		return body
	}
	// By its ID the client would ask what changed since, of the first server.
	delete(report, "resultId")
	return encode(decode(body).with(report.with(together(listOf(report["items"]), extra), "items"), "result"))
}

// withCodeActions returns the answer to initialize, which is body, as it is if it
// says that there are quick fixes, and otherwise so that it does.
func withCodeActions(body json.RawMessage, m *message) json.RawMessage {
	if m.failed() {
		return body
	}
	provider := decode(m.Result).at("capabilities")["codeActionProvider"]
	var yes bool
	options := decode(provider)
	kinds := listOf(options["codeActionKinds"])
	quickFix := encode(protocol.QuickFix)
	switch {
	case json.Unmarshal(provider, &yes) == nil && yes:
		return body
	case options == nil:
		return encode(decode(body).with(true, "result", "capabilities", "codeActionProvider"))
	case options["codeActionKinds"] == nil || slices.ContainsFunc(kinds, func(k json.RawMessage) bool { return bytes.Equal(k, quickFix) }):
		return body
	}
	return encode(decode(body).with(together(kinds, []json.RawMessage{quickFix}), "result", "capabilities", "codeActionProvider", "codeActionKinds"))
}

// paramsForSecond returns the parameters of initialize for the second server:
// those of the client with the column units that the first server chose, and
// without requests to the client, whose answers would go to the first.
func paramsForSecond(params, result json.RawMessage) object {
	encoding := protocol.UTF16
	if chosen := decode(result).at("capabilities")["positionEncoding"]; chosen != nil {
		json.Unmarshal(chosen, &encoding) // else it is the default
	}
	return decode(params).
		with([]protocol.Encoding{encoding}, "capabilities", "general", "positionEncodings").
		with(false, "capabilities", "workspace", "didChangeWatchedFiles", "dynamicRegistration")
}

// isOurs reports whether a code action is one of the second server.
func isOurs(action json.RawMessage) bool {
	return bytes.Equal(decode(action)["data"], encode(ActionData))
}
