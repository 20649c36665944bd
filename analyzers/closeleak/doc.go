// Package closeleak defines an analyzer that reports values that are never
// given back.
//
// # Analyzer closeleak
//
// closeleak: report files, connections, bodies and contexts that are never closed
package closeleak
