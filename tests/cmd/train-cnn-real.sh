# Handwritten digits: three epochs of 8,000; and what moving 500 of them is worth.
[ "${MAAS_TEST_DATA-}" ] || { echo 'MAAS_TEST_DATA is not set'; exit 77; }
BIN=${BIN:-$TOP/build} "$TOP/scripts/compare-augment" 10 1 >found
cut -f 1 found
awk -F '\t' '{ sub("mean ", "", $NF); mean[NR] = $NF } END {
	print "moved: at least 1.5 points better", (mean[2] - mean[1] >= 0.015) ? "yes" : "no"
	print "all: at least 0.98", (mean[3] >= 0.98) ? "yes" : "no" }' found
