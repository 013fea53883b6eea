# What linear and logistic have no use for, and numbers that no arithmetic bears: one clear line, and the old model stays.
printf '0\t0\t1\n0\t1\t2\n1\t0\t2\n1\t1\t3.5\n2\t1\t4\n2\t2\t6\n' >data
printf '1e300\t5\n2e300\t6\n3e300\t9\n' >huge
printf '1\t1e200\n2\t-1e200\n3\t5\n' >targets
echo old >m.maas
linear() { maas-train linear -q -o m.maas "$@"; echo "exit $?"; }
logistic() { maas-train logistic -q -o m.maas "$@"; echo "exit $?"; }
exec 2>&1
linear --momentum 0.5 data
linear --lr 0.1 data
linear --optimizer lbfgs data
linear --class-weight balanced data
linear --loss cross-entropy data
linear --optimizer gd --early-stop 3 data
linear --optimizer gd --lr 90 data
linear --optimizer sgd --batch-size 0 data
linear --l1 0.1 huge
linear --optimizer gd huge
linear targets
logistic --l2 1 data
logistic --loss mse data
logistic --optimizer lbfgs --l1-ratio 0.5 data
logistic --optimizer sgd --tol 1e-9 data
cat m.maas
echo "numbers of any size are solved"
maas-train linear -q --json -o m.maas huge | jq -c '[.coef[0] * 1e300, .intercept | . * 1e6 | round / 1e6]'
maas-train linear -q --json -o /dev/full data >/dev/null; echo "exit $?"
