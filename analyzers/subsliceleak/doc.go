// Package subsliceleak defines an analyzer that reports small parts that keep
// large wholes.
//
// # Analyzer subsliceleak
//
// subsliceleak: report parts of slices and strings that keep the whole
package subsliceleak
