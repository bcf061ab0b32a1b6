package sim

// The company's words. Stories are worded as verb and subject.
var (
	verbs = []string{"Add", "Show", "Fix", "Handle", "Speed up", "Simplify", "Validate", "Translate", "Log", "Retry", "Cache", "Explain", "Test", "Document", "Migrate", "Split", "Clean up"}
	tails = []string{"on mobile", "for guests", "in the admin area", "for large accounts", "behind a flag", "in the weekly mail", "for the EU", "after a time-out", "in dark mode", "for partners", "in staging", "with long names", "without cookies"}
)

// goal is one initiative of the roadmap project.
type goal struct {
	title, status, category, target string
	pm, po                          string // account ids; "" nobody
	epics                           []epic
}

// epic is one epic under a goal, with the stories in it.
type epic struct {
	project, title string
	done           bool
	stories        int
	subjects       []string
}

// person is somebody at the company, with an account in both trackers.
type person struct{ id, name, email string }

var people = []person{
	{"5b10demo00000000000000ana", "Ana Ruiz", "ana@acme.example"},
	{"5b10demo000000000000boris", "Boris Novak", "boris@acme.example"},
	{"5b10demo0000000000000cleo", "Cleo Martin", "cleo@acme.example"},
	{"5b10demo0000000000000dara", "Dara Singh", "dara@acme.example"},
	{"5b10demo0000000000000emil", "Emil Larsen", "emil@acme.example"},
	{"5b10demo0000000000000faye", "Faye Osei", "faye@acme.example"},
	{"5b10demo0000000000000gita", "Gita Rao", "gita@acme.example"},
	{"5b10demo0000000000000hugo", "Hugo Brandt", "hugo@acme.example"},
}

// Account ids by role: two product managers, three product owners, and the rest
// who build.
const (
	ana   = "5b10demo00000000000000ana" // PM
	boris = "5b10demo000000000000boris" // PO
	cleo  = "5b10demo0000000000000cleo" // PO
	dara  = "5b10demo0000000000000dara" // PM
	emil  = "5b10demo0000000000000emil" // PO
)

var goals = []goal{
	{"Pay in one tap", "In Progress", "indeterminate", "2026-06-30", ana, boris, []epic{
		{"PAY", "Wallets in checkout", false, 26, []string{"Apple Pay sheet", "Google Pay button", "saved cards", "wallet fallback", "one-tap consent", "card art"}},
		{"WEB", "Checkout without page loads", false, 22, []string{"address form", "delivery options", "basket summary", "voucher field", "checkout errors", "progress bar"}},
	}},
	{"Fraud below five basis points", "In Progress", "indeterminate", "2026-09-30", dara, cleo, []epic{
		{"PAY", "Risk scores on every payment", false, 24, []string{"risk score", "device fingerprint", "velocity rule", "3-D Secure step-up", "review queue", "block list"}},
	}},
	{"Refunds in a day", "To Do", "new", "2026-12-31", ana, boris, []epic{
		{"PAY", "Self-service refunds", false, 18, []string{"refund form", "refund status", "partial refund", "refund mail", "refund ledger"}},
	}},
	{"A shop that anyone can use", "In Progress", "indeterminate", "2026-06-30", dara, emil, []epic{
		{"WEB", "Accessible product pages", false, 22, []string{"alt texts", "keyboard traps", "focus order", "contrast of prices", "screen reader labels", "zoomed layout"}},
	}},
	{"Sell in three new countries", "In Progress", "indeterminate", "2026-12-31", ana, "", []epic{
		{"WEB", "Prices in local currency", false, 16, []string{"currency switch", "rounding rules", "price feed", "tax display", "exchange rates"}},
		{"PAY", "Local payment methods", false, 14, []string{"iDEAL redirect", "Bancontact flow", "Swish callback", "SEPA mandate"}},
	}},
	{"Gift cards", "To Do", "new", "2027-03-31", dara, "", []epic{
		{"PAY", "Gift card balance", false, 6, []string{"balance check", "gift card mail", "gift card ledger"}},
	}},
	{"Leave the old data centre", "Done", "done", "2025-12-31", dara, emil, []epic{
		{"PAY", "Payments out of the old racks", true, 8, []string{"batch host", "settlement job", "card vault", "cron box"}},
	}},
}

// strayTitles are stories that serve no goal.
var strayTitles = map[string][]string{
	"PAY": {
		"Support a second receipt printer in the Porto store", "Rename the settlement report columns", "Try the new ledger library",
		"Export chargebacks to a spreadsheet", "Allow a memo on bank transfers",
	},
	"WEB": {
		"Snow on the home page in December", "A second colour for the newsletter banner", "Remember the last opened tab",
		"Let people upload a hat for their avatar",
	},
}
