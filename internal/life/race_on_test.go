//go:build race

package life

// usual is how many lives are lived where nobody says.
const usual = 50
