# scripts/soak-serve, for a moment: versions swapped, clients and streams killed, no request lost.
"$TOP/scripts/soak-serve" 40000 0.1 0.05 >said 2>&1 || cat said
grep '^failed\|^good' said
[ "$(sed -n 's/^swaps	//p' said)" -gt 0 ] && [ "$(sed -n 's/^clients killed	//p' said)" -gt 0 ] && echo "swapped and killed"
