package linearsim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// idSequence gives UUIDs of version 4 that depend on the seed and their order
// only, so that two runs of a demo show the same ids.
func idSequence(seed int64) func() string {
	n := 0
	return func() string {
		n++
		h := sha256.Sum256(fmt.Appendf(nil, "linearsim %d %d", seed, n))
		h[6] = h[6]&0x0f | 0x40 // version 4
		h[8] = h[8]&0x3f | 0x80 // RFC 9562 variant
		x := hex.EncodeToString(h[:16])
		return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
	}
}

var (
	uuid   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	uuidV4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
)

func isUUID(s string) bool   { return uuid.MatchString(strings.ToLower(s)) }
func isUUIDv4(s string) bool { return uuidV4.MatchString(strings.ToLower(s)) }

func identifier(team string, number int) string { return team + "-" + strconv.Itoa(number) }

// slugOf makes the twelve characters by which the URL of a project or an
// initiative names it.
func slugOf(id string) string {
	h := sha256.Sum256([]byte("slug " + id))
	return hex.EncodeToString(h[:6])
}

// table keeps rows in the order of their creation and finds them by id.
type table[T any] struct {
	rows []*T
	byID map[string]*T
}

func (t *table[T]) add(id string, r *T) {
	if t.byID == nil {
		t.byID = map[string]*T{}
	}
	t.rows = append(t.rows, r)
	t.byID[id] = r
}

func (t *table[T]) get(id string) *T { return t.byID[id] }

func (t *table[T]) find(ok func(*T) bool) *T {
	for _, r := range t.rows {
		if ok(r) {
			return r
		}
	}
	return nil
}

func (t *table[T]) remove(id string) {
	r := t.byID[id]
	delete(t.byID, id)
	for i, x := range t.rows {
		if x == r {
			t.rows = append(t.rows[:i], t.rows[i+1:]...)
			return
		}
	}
}
