package roadmap

// The names of the sets of edges that trackers keep apart from their items.
const (
	// SetProjectInitiative: From is a project, To an initiative that it serves.
	SetProjectInitiative = "project-initiative"
	// SetInitiativeParent: From is an initiative, To the one above it.
	SetInitiativeParent = "initiative-parent"
	// SetGoals is followed by the index of the roadmap source in the file: From
	// is a goal of it.
	SetGoals = "goals:"
	// SetScope: From is an issue that may be a story. It is there only where a
	// query of the file narrows the stories; an item that is no member is none
	// then. An item that stops matching such a query is in no later page, so
	// nothing else tells.
	SetScope = "scope"
)
