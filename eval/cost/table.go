package main

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// A measured is what programs took on a project.
type measured struct {
	project  string
	programs []string
	rounds   []map[string][states]usage
}

// A ratio is a goal or a comparison: what one run takes in terms of another.
type ratio struct {
	head   string
	what   func(usage) time.Duration
	of, by string
	state  int // of both
}

func user(u usage) time.Duration { return u.user }
func wall(u usage) time.Duration { return u.wall }

var ratios = []ratio{
	{"cold, user: null", user, "memlint", "null", cold},
	{"floor", user, "memlint", "floor", cold},
	{"vet", user, "memlint", "vet", cold},
	{"staticcheck", user, "memlint", "staticcheck", cold},
	{"warm, wall: vet", wall, "memlint", "vet", warm},
	{"staticcheck", wall, "memlint", "staticcheck", warm},
	{"edit, wall: vet", wall, "memlint", "vet", edited},
	{"staticcheck", wall, "memlint", "staticcheck", edited},
	{"edit of a core, wall: vet", wall, "memlint", "vet", root},
	{"staticcheck", wall, "memlint", "staticcheck", root},
	{"fresh, wall: vet", wall, "memlint", "vet", fresh},
	{"staticcheck", wall, "memlint", "staticcheck", fresh},
}

// markdown returns two tables: what each run took, and what memlint takes as a
// multiple of the others.
func markdown(all []measured) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s, %s/%s, %d processors. User time, wall time, memory.\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	b.WriteString("| project | program | cold | warm | after an edit | after an edit of a core | fresh |\n|---|---|---|---|---|---|---|\n")
	for _, m := range all {
		for _, name := range m.programs {
			fmt.Fprintf(&b, "| %s | %s |", m.project, name)
			for state := range states {
				fmt.Fprintf(&b, " %s |", m.cell(name, state))
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("\nmemlint as a multiple:\n\n| project |")
	for _, r := range ratios {
		fmt.Fprintf(&b, " %s |", r.head)
	}
	b.WriteString("\n|---|")
	for range ratios {
		b.WriteString("---|")
	}
	b.WriteString("\n")
	for _, m := range all {
		fmt.Fprintf(&b, "| %s |", m.project)
		for _, r := range ratios {
			fmt.Fprintf(&b, " %s |", m.ratio(r))
		}
		b.WriteString("\n")
	}
	return b.Bytes()
}

// cell returns what runs of a program took, each number the median of rounds.
func (m measured) cell(program string, state int) string {
	var users, walls []time.Duration
	var memory []int64
	for _, round := range m.rounds {
		u := round[program][state]
		if u == (usage{}) {
			return ""
		}
		users, walls, memory = append(users, u.user), append(walls, u.wall), append(memory, u.memory)
	}
	return fmt.Sprintf("%.1f s, %.1f s, %.2f GB", median(users).Seconds(), median(walls).Seconds(), float64(median(memory))/1e9)
}

// ratio returns the median of what a ratio is in each round, so that what the
// machine does meanwhile concerns both.
func (m measured) ratio(r ratio) string {
	var all []float64
	for _, round := range m.rounds {
		of, by := round[r.of][r.state], round[r.by][r.state]
		if of == (usage{}) || by == (usage{}) {
			return ""
		}
		all = append(all, float64(r.what(of))/float64(r.what(by)))
	}
	return fmt.Sprintf("%.2f", median(all))
}

// median returns the one in the middle; of two, the smaller.
func median[T int64 | float64 | time.Duration](list []T) T {
	list = slices.Sorted(slices.Values(list))
	return list[(len(list)-1)/2]
}
