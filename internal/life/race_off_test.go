//go:build !race

package life

const (
	// usual is how many lives are lived where nobody says.
	usual = 500
	// raceDetector: a month is lived whole.
	raceDetector = false
)
