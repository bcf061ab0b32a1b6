# Counts the outcomes in the report of `go test -json` (one event a line) and prints
#
#   N passed, N failed, N skipped
#
# A subtest counts as a test. A package that fails with no failing test of its own (it does not
# build, it panics, it runs out of time) counts as one failure, so that 0 failed is never said of
# a run that failed. Quotes inside a test's output are escaped, so they match none of these.

function package() {
	match($0, /"Package":"[^"]*"/)
	return substr($0, RSTART, RLENGTH)
}

/"Action":"pass"/ && /"Test":"/ { passed++ }
/"Action":"skip"/ && /"Test":"/ { skipped++ }
/"Action":"fail"/ && /"Test":"/ { failed++; blamed[package()] = 1 }
/"Action":"fail"/ && !/"Test":"/ && !(package() in blamed) { failed++ }

END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }
