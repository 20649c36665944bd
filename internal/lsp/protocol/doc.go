// Package protocol is the part of the Language Server Protocol that memlint
// speaks: how messages are framed, what they hold, how they name files and how
// they count characters. Version 3.17, as in
// https://microsoft.github.io/language-server-protocol/.
//
// Types have the fields that memlint reads or writes and no others.
package protocol
