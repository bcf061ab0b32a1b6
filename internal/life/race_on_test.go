//go:build race

package life

const (
	// usual is how many lives are lived where nobody says.
	usual = 50
	// raceDetector: a month takes ten times as long.
	raceDetector = true
)
