// Package fieldgrowth defines an analyzer that reports containers in fields of
// long-lived objects that only grow.
//
// # Analyzer fieldgrowth
//
// fieldgrowth: report containers in fields of long-lived objects that only grow
package fieldgrowth
