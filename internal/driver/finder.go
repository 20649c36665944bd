package driver

import (
	"context"
	"flag"
)

// Finder adds to flags those of the command that decide what is found, and
// returns a function that finds it once they are parsed: what the command would
// report in packages by patterns, by its config file and its baseline, and latent
// leaks as well, whoever asks for them, and what keeps what lines allocate. The errors are one line; that of the
// function means that nothing could be analysed.
func Finder(suite Suite, flags *flag.FlagSet) (find func(ctx context.Context, patterns []string) (*Result, error), err error) {
	c, err := parse(suite, nil)
	if err != nil {
		return nil, err
	}
	c.flags.VisitAll(func(f *flag.Flag) {
		if f.Name != latentFlag && f.Name != "profile" && decides(suite.Analyzers, f.Name) {
			flags.Var(f.Value, f.Name, f.Usage)
		}
	})
	c.flags, c.allLatent = flags, true
	return func(ctx context.Context, patterns []string) (*Result, error) {
		cache, err := openCache()
		if err != nil {
			return nil, err
		}
		c.options.Patterns, c.options.Cache = patterns, cache
		if err := c.configure(); err != nil {
			return nil, err
		}
		known, err := c.readKnown()
		if err != nil {
			return nil, err
		}
		result, err := Run(ctx, c.options)
		if err != nil {
			return nil, err
		}
		c.leaveOut(result, known, nil)
		return result, nil
	}, nil
}
