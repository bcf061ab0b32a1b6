package roadmap

import "strings"

// SpanKind tells how a piece of a comment is meant. How it is marked up is the
// connector's matter: wiki markup on Jira, Markdown on Linear.
type SpanKind int

// Kinds of span.
const (
	SpanPlain   SpanKind = iota // our own words
	SpanQuote                   // words of others: titles, names, labels. Must come out as plain, inert text
	SpanLink                    // Text (words of others) leading to URL
	SpanMention                 // a person, who is notified: Text is the name, ID and URL are the person's
)

// Span is a piece of one line.
type Span struct {
	Kind SpanKind `json:"kind"`
	Text string   `json:"text"`
	URL  string   `json:"url,omitempty"` // SpanLink; SpanMention: the profile, on Linear
	ID   string   `json:"id,omitempty"`  // SpanMention: the account
}

// Say is a span in our own words.
func Say(s string) Span { return Span{Kind: SpanPlain, Text: s} }

// Quote is a span in the words of others.
func Quote(s string) Span { return Span{Kind: SpanQuote, Text: s} }

// LinkTo is a span that leads somewhere; with no URL it is a quote.
func LinkTo(text, url string) Span {
	if url == "" {
		return Quote(text)
	}
	return Span{Kind: SpanLink, Text: text, URL: url}
}

// Mention is a span that notifies a person of the tracker that the text is
// written to. Where the tracker cannot, it is their name.
func Mention(p Person) Span {
	return Span{Kind: SpanMention, Text: p.Name, ID: p.ID, URL: p.URL}
}

// Line is one line of a comment.
type Line []Span

// Text is a comment as it is meant, before any markup. The zero Text is empty.
type Text []Line

// Plain gives the text without markup, lines joined by newlines: what `plan`
// shows and what is compared to know whether anything is new. A link is
// written as text (url).
func (t Text) Plain() string {
	return t.render(func(s Span) string {
		if s.Kind == SpanLink {
			return s.Text + " (" + s.URL + ")"
		}
		return s.Text
	})
}

// Words gives the text without the addresses that its links lead to: what it
// says, wherever the tracker stands.
func (t Text) Words() string { return t.render(func(s Span) string { return s.Text }) }

func (t Text) render(span func(Span) string) string {
	var b strings.Builder
	for i, line := range t {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, s := range line {
			b.WriteString(span(s))
		}
	}
	return b.String()
}
