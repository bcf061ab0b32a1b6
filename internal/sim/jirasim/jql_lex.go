package jirasim

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind tells the pieces of a query apart.
type tokenKind int

const (
	tokEnd    tokenKind = iota
	tokWord             // project, PAY-12, -15m, cf[10020]
	tokString           // "in quotes" or 'in quotes'
	tokSymbol           // = != < <= > >= ~ !~ ! ( ) , && & || |
)

type token struct {
	kind tokenKind
	text string
	at   int // byte offset in the query
}

// is reports whether the token is this keyword or symbol.
func (t token) is(text string) bool {
	return (t.kind == tokWord && strings.EqualFold(t.text, text)) || (t.kind == tokSymbol && t.text == text)
}

// jqlError is a refusal in Jira's words.
type jqlError struct{ message string }

func (e *jqlError) Error() string { return e.message }

// syntaxError is a refusal that points into the query, both counted from one as
// in the messages that real sites give.
func syntaxError(query string, at int, format string, args ...any) *jqlError {
	before := query[:min(at, len(query))]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return &jqlError{fmt.Sprintf("Error in the JQL Query: %s (line %d, character %d)", fmt.Sprintf(format, args...), line, column)}
}

// lex cuts a query into tokens, with a tokEnd at the end.
func lex(q string) ([]token, error) {
	var out []token
	for i := 0; i < len(q); {
		c, size := utf8.DecodeRuneInString(q[i:])
		switch {
		case unicode.IsSpace(c):
			i += size
		case c == '"' || c == '\'':
			text, n, err := lexString(q, i)
			if err != nil {
				return nil, err
			}
			out = append(out, token{tokString, text, i})
			i += n
		case strings.ContainsRune("=!<>~(),&|", c):
			sym := string(c)
			if i+1 < len(q) {
				switch two := q[i : i+2]; two {
				case "!=", "!~", "<=", ">=", "&&", "||":
					sym = two
				}
			}
			out = append(out, token{tokSymbol, sym, i})
			i += len(sym)
		default:
			n := wordLen(q[i:])
			if n == 0 {
				return nil, syntaxError(q, i, `The character '%c' is a reserved JQL character. You must enclose it in a string or use the escape '\u%04x' instead.`, c, c)
			}
			out = append(out, token{tokWord, q[i : i+n], i})
			i += n
		}
	}
	return append(out, token{tokEnd, "", len(q)}), nil
}

// wordLen measures the unquoted word at the start of s. Brackets belong to a
// word only in cf[NUMBER].
func wordLen(s string) int {
	if len(s) > 3 && strings.EqualFold(s[:3], "cf[") {
		if end := strings.IndexByte(s, ']'); end > 0 {
			if _, err := strconv.Atoi(strings.TrimSpace(s[3:end])); err == nil {
				return end + 1
			}
		}
	}
	for i, c := range s {
		if unicode.IsSpace(c) || strings.ContainsRune(`=!<>~(),&|"'+;?*/%^$#@[]{}\`, c) {
			return i
		}
	}
	return len(s)
}

// lexString reads the quoted string at q[start] and tells how many bytes it took.
func lexString(q string, start int) (text string, n int, err error) {
	quote := q[start]
	var b strings.Builder
	for i := start + 1; i < len(q); i++ {
		switch c := q[i]; {
		case c == quote:
			return b.String(), i + 1 - start, nil
		case c != '\\':
			b.WriteByte(c)
		case i+1 >= len(q):
			// An escape that the end of the query cuts off: not completed.
		case q[i+1] == 'u' && i+5 < len(q):
			code, err := strconv.ParseUint(q[i+2:i+6], 16, 16)
			if err != nil {
				return "", 0, syntaxError(q, i, `'%s' is an illegal JQL escape sequence.`, q[i:i+6])
			}
			b.WriteRune(rune(code))
			i += 5
		default:
			i++
			switch q[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case '"', '\'', '\\', ' ':
				b.WriteByte(q[i])
			default:
				return "", 0, syntaxError(q, i-1, `'\%c' is an illegal JQL escape sequence. The valid escape sequences are \', \", \t, \n, \r, \\, '\ ' and \uXXXX.`, q[i])
			}
		}
	}
	return "", 0, syntaxError(q, start, "The quoted string '%s' has not been completed.", q[start+1:])
}

// reserved are the words that must be quoted to be used as values; a project
// key such as IF or DO is one of them
// (support.atlassian.com: "What is advanced search: reserved words").
var reserved = strings.Fields(`
	abort access add after alias all alter and any are as asc at audit avg be before begin between
	boolean break but by byte catch cf changed char character check checkpoint collate collation column commit connect
	continue count create current date decimal declare decrement default defaults define delete delimiter desc difference
	distinct divide do double drop else empty encoding end equals escape exclusive exec execute exists explain false fetch
	file field first float for from function go goto grant greater group having identified if immediate in increment index
	initial inner inout input insert int integer intersect intersection into is isempty isnull it join last left less like
	limit lock long max min minus mode modify modulo more multiply next no noaudit not notin nowait null number object of on
	option or order outer output power previous prior privileges public raise raw remainder rename resource return returns
	revoke right row rowid rownum rows select session set share size sqrt start strict string subtract such sum synonym
	table that the their then there these they this to trans transaction trigger true uid union unique update user validate
	values view was when whenever where while will with`)
