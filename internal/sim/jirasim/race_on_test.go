//go:build race

package jirasim

const raceDetector = true
