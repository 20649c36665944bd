package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The parts of CycloneDX 1.6 that a bill of materials of a Go program has.
type (
	bill struct {
		Schema       string       `json:"$schema"`
		Format       string       `json:"bomFormat"`
		SpecVersion  string       `json:"specVersion"`
		Version      int          `json:"version"`
		Metadata     metadata     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	metadata struct {
		Timestamp string    `json:"timestamp"`
		Component component `json:"component"`
	}
	component struct {
		Ref      string          `json:"bom-ref"`
		Type     string          `json:"type"`
		Name     string          `json:"name"`
		Version  string          `json:"version"`
		Hashes   []hash          `json:"hashes,omitempty"`
		Licenses []licenseChoice `json:"licenses,omitempty"`
		PURL     string          `json:"purl"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	licenseChoice struct {
		License license `json:"license"`
	}
	license struct {
		ID string `json:"id"`
	}
	dependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn,omitempty"`
	}
)

// billOfMaterials returns what a program was built from, as it says itself: modules with
// their sums, and the standard library.
func billOfMaterials(name string, data []byte, when time.Time) ([]byte, error) {
	info, err := buildinfo.ReadFile(name)
	if err != nil {
		return nil, err
	}
	settings := make(map[string]string)
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	main := componentOf(info.Main.Path, info.Main.Version)
	main.Type = "application"
	main.PURL += fmt.Sprintf("?goarch=%s&goos=%s&type=module", settings["GOARCH"], settings["GOOS"])
	main.Ref = main.PURL
	main.Hashes = []hash{{"SHA-256", fmt.Sprintf("%x", sha256.Sum256(data))}}
	main.Licenses = []licenseChoice{{license{"Apache-2.0"}}}
	components := []component{componentOf("std", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, m := range info.Deps {
		if m.Replace != nil {
			return nil, fmt.Errorf("%s is replaced", m.Path)
		}
		c := componentOf(m.Path, m.Version)
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:"))
		if err != nil || len(sum) != sha256.Size {
			return nil, fmt.Errorf("%s has the sum %q", m.Path, m.Sum)
		}
		c.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum)}}
		components = append(components, c)
	}
	linked := dependency{Ref: main.Ref}
	dependencies := make([]dependency, 1)
	for _, c := range components {
		linked.DependsOn = append(linked.DependsOn, c.Ref)
		dependencies = append(dependencies, dependency{Ref: c.Ref})
	}
	dependencies[0] = linked
	text, err := json.MarshalIndent(bill{
		Schema:       "http://cyclonedx.org/schema/bom-1.6.schema.json",
		Format:       "CycloneDX",
		SpecVersion:  "1.6",
		Version:      1,
		Metadata:     metadata{when.Format(time.RFC3339), main},
		Components:   components,
		Dependencies: dependencies,
	}, "", "\t")
	return append(text, '\n'), err
}

func componentOf(path, version string) component {
	purl := "pkg:golang/" + path + "@" + version
	return component{Ref: purl, Type: "library", Name: path, Version: version, PURL: purl}
}
