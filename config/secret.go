package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"unicode"
)

// Secret is a reference to a secret: "env:NAME" or "file:PATH". Load makes a
// relative path absolute against the config file's folder. It is never the
// secret itself, so it may be printed; the value exists only in what Read
// returns. The zero Secret refers to nothing.
type Secret string

// maxSecret bounds a secret's file, in bytes; tokens are a few hundred.
const maxSecret = 64 << 10

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

// errLiteral is told for anything that is not a reference. It must not repeat
// what was written, which is most likely the secret.
var errLiteral = errors.New("a secret must be a reference, env:NAME or file:PATH; what is written here is not repeated")

var errNoFile = errors.New("no such file")

// parseSecret checks the form of a reference without reading it.
func parseSecret(s string) (Secret, error) {
	kind, rest, ok := strings.Cut(s, ":")
	switch {
	case ok && kind == "env" && rest == "":
		return "", errors.New("env: needs the name of an environment variable, as in env:JIRA_TOKEN")
	case ok && kind == "env":
		if !envName.MatchString(rest) {
			return "", errors.New("what follows env: is not the name of an environment variable (letters, digits and _); it is not repeated here")
		}
	case ok && kind == "file" && rest == "":
		return "", errors.New("file: needs a path, as in file:/run/secrets/jira")
	case ok && kind == "file":
		if strings.ContainsFunc(rest, unicode.IsControl) {
			return "", errors.New("the path after file: holds a control character; it is not repeated here")
		}
	default:
		return "", errLiteral
	}
	return Secret(s), nil
}

// Read gives the secret's value, without one trailing newline. getenv looks up
// an environment variable, "" where it is not set. The error says which
// variable or file is at fault and never holds any part of the value.
func (s Secret) Read(getenv func(string) string) (string, error) {
	if _, err := parseSecret(string(s)); err != nil {
		return "", err
	}
	kind, rest, _ := strings.Cut(string(s), ":")
	var value string
	if kind == "env" {
		if value = getenv(rest); value == "" {
			return "", fmt.Errorf("the environment variable %s is not set or is empty. Try: set it where alignd is started", rest)
		}
	} else {
		b, err := readSmall(rest, maxSecret)
		if err != nil {
			return "", fmt.Errorf("secret file %s: %w", rest, err)
		}
		value = string(b)
	}
	value = strings.TrimSuffix(strings.TrimSuffix(value, "\n"), "\r")
	switch {
	case strings.TrimSpace(value) == "":
		return "", fmt.Errorf("the secret %s is empty", s)
	case strings.ContainsFunc(value, unicode.IsControl):
		// It could not be sent in a header, and net/http would say so later and less clearly.
		return "", fmt.Errorf("the secret %s holds a line break or another control character. Try: store the token alone, on one line", s)
	}
	return value, nil
}

// String gives the reference, never the value.
func (s Secret) String() string {
	if _, err := parseSecret(string(s)); err != nil && s != "" {
		return "(not a reference)"
	}
	return string(s)
}

// GoString gives the reference, never the value.
func (s Secret) GoString() string { return fmt.Sprintf("config.Secret(%q)", s.String()) }

// MarshalJSON gives the reference, never the value.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// readSmall reads a regular file of at most limit bytes. Its errors leave the
// path out.
func readSmall(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errNoFile
	case errors.Is(err, os.ErrPermission):
		return nil, errors.New("permission denied")
	case err != nil:
		return nil, bare(err)
	case info.IsDir():
		return nil, errors.New("is a folder, not a file")
	case !info.Mode().IsRegular():
		// A pipe would make us wait for ever.
		return nil, errors.New("is not a regular file")
	case info.Size() > limit:
		return nil, fmt.Errorf("is larger than %d KiB", limit>>10)
	}
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrPermission):
		return nil, errors.New("permission denied")
	case err != nil:
		return nil, bare(err)
	case int64(len(b)) > limit: // it grew since Stat
		return nil, fmt.Errorf("is larger than %d KiB", limit>>10)
	}
	return b, nil
}

// bare takes the path, which the caller has named already, off a file error.
func bare(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
