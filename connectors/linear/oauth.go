package linear

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/alignd/alignd/connectors"
	"github.com/alignd/alignd/internal/transport"
)

// An OAuth app acts for itself with a token that it gets for its client
// credentials (linear.app/developers/oauth-2-0-authentication, "Client
// credentials tokens"). Such a token is good for about thirty days, has no
// refresh token, and a thousand of one app may be alive as long as all have the
// same scopes: one of other scopes revokes every other. So the scopes are always
// the same, a token is kept and used until Linear refuses it, and only then is
// another one asked for.

// appScopes is what every token of ours is asked for with.
const appScopes = "read,write,initiative:read,initiative:write"

const (
	tryApp    = "check client_id and what client_secret points to against the app's page in Linear (Settings > API > OAuth applications)"
	tryGrant  = "switch on \"Client credentials\" on the app's page in Linear (Settings > API > OAuth applications)"
	tryScopes = "allow the app the scopes read, write, initiative:read and initiative:write"
)

// isApp reports whether we act as an OAuth app rather than with an API key.
func (t *Tracker) isApp() bool { return t.o.ClientID != "" }

// authorize adds the credential. A personal API key goes without "Bearer"
// (linear.app/developers/graphql).
func (t *Tracker) authorize(r *http.Request) {
	if t.isApp() {
		r.Header.Set("Authorization", "Bearer "+t.token)
		return
	}
	r.Header.Set("Authorization", t.o.Token)
}

// tokenAnswer is an answer of the token endpoint.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	Scope       any    `json:"scope"` // a string, or a list of them for apps made before December 2023
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// mint asks for a token and has it kept. The request that needs it has not been
// sent, which is what the error of a lost answer says.
func (t *Tracker) mint(ctx context.Context) error {
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {appScopes},
		"client_id": {t.o.ClientID}, "client_secret": {t.o.ClientSecret},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, tokenURL(t.url), strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("ask for an access token: %w (%w)", err, transport.ErrNotSent)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := t.tokens.Do(req)
	if err != nil {
		return fmt.Errorf("ask for an access token: %w (%w)", unwrapURL(err), transport.ErrNotSent)
	}
	defer resp.Body.Close() //nolint:errcheck // it is in memory
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("ask for an access token: %w (%w)", err, transport.ErrNotSent)
	}
	var a tokenAnswer
	notJSON := json.Unmarshal(body, &a) != nil
	if resp.StatusCode != http.StatusOK || a.AccessToken == "" {
		return t.refuseToken(resp, a, notJSON)
	}
	t.token, t.scopes = a.AccessToken, scopesOf(a.Scope)
	t.log.Info("linear: got a new access token", "scopes", strings.Join(t.scopes, ","))
	if t.o.KeepToken == nil {
		return nil
	}
	sealed, err := t.seal(t.token)
	if err == nil {
		err = t.o.KeepToken(ctx, sealed)
	}
	if err != nil {
		return fmt.Errorf("keep the access token: %w (%w)", err, transport.ErrNotSent)
	}
	return nil
}

// refuseToken understands a refusal of the token endpoint, in the form of RFC
// 6749 section 5.2.
func (t *Tracker) refuseToken(resp *http.Response, a tokenAnswer, notJSON bool) *refusal {
	r := &refusal{status: resp.StatusCode, kind: byStatus(resp.StatusCode, notJSON).kind}
	says := t.clean(strings.Trim(a.Error+": "+a.Description, ": "))
	switch {
	case says != "":
		r.text = "Linear gives us no access token: " + says
	default:
		r.text = fmt.Sprintf("Linear gives us no access token (HTTP %d, %s)", resp.StatusCode, t.clean(resp.Header.Get("Content-Type")))
	}
	switch {
	case a.Error == "" && resp.StatusCode != http.StatusUnauthorized:
		if r.kind == connectors.RateLimited {
			r.wait = max(t.budget.wait(), transport.RetryAfter(resp))
		}
		r.try = tryURL
	case strings.Contains(a.Description, "client_credentials"):
		r.kind, r.try = connectors.Auth, tryGrant
	case a.Error == "invalid_scope":
		r.kind, r.try = connectors.Auth, tryScopes
	default:
		r.kind, r.try = connectors.Auth, tryApp
	}
	return r
}

// scopesOf reads what a token may do.
func scopesOf(v any) []string {
	var scopes []string
	switch v := v.(type) {
	case string:
		scopes = strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' })
	case []any:
		for _, s := range v {
			if s, ok := s.(string); ok {
				scopes = append(scopes, s)
			}
		}
	}
	slices.Sort(scopes)
	return scopes
}

// tokenURL is where tokens are had: beside the API, at the same host.
func tokenURL(api string) string {
	return strings.TrimSuffix(strings.TrimSuffix(api, "/"), "/graphql") + "/oauth/token"
}

// seal makes of a token what may be kept in a database: only who has the app's
// secret can open it. A token of another app, secret or API does not open.
func (t *Tracker) seal(token string) (string, error) {
	box, err := t.box()
	if err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(box.Seal(nil, nil, []byte(token), nil)), nil
}

func (t *Tracker) open(sealed string) (string, error) {
	box, err := t.box()
	if err != nil {
		return "", err
	}
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", err
	}
	token, err := box.Open(nil, nil, b, nil)
	return string(token), err
}

func (t *Tracker) box() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(t.o.ClientSecret), nil, "alignd linear token\x00"+t.url+"\x00"+t.o.ClientID, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// errNoSecret is for an app without a secret.
var errNoSecret = errors.New("the app's client secret is empty")
