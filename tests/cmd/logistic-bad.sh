# What cannot be learnt from: one clear line, and the old model stays.
echo old >m.maas
bad() { printf "$1" >data; shift; maas-train logistic -o m.maas "$@" data; echo "exit $?"; }
exec 2>&1
bad ''
bad 'one text\n' --text 1
bad 'a cat\tx\na dog\tx\n'
bad 'a\tx\nb\ty\n' --text 1 --label 2
bad 'a cat\tx\na dog\ty\n' --text 1 --label 5
bad 'a cat\tx\na dog\ty\n' --text words --label kind
bad 'a cat\tx\na dog\ty\textra\n'
bad 'a cat\tx\na dog\t\n'
bad 'a cat\tx\na dog\ty\n' --min-df 3
bad 'a cat\tx\na dog\ty\n' --min-df 2 --max-df 1
bad 'a cat\tx\na dog\ty\n' --ngrams 2-1
bad 'a cat\tx\na dog\ty\n' --token-pattern '(a|cat)'
bad 'a cat\tx\na dog\ty\n' --stop-words french
bad 'a cat\tx\na dog\ty\n' --analyzer char --stop-words a,b
bad 'a cat\tx\na dog\ty\n' --l1 1
bad 'a cat\tx\na dog\ty\n' --momentum 0.5
bad 'a cat\tx\na dog\ty\n' --class-weight z:2
bad 'a cat\tx\na dog\ty\n' --class-weight x:0,y:0
bad 'a cat\tx\na dog\ty\n' --val none.tsv
bad 'a cat\tx\na dog\ty\n' --val-split 0.9
bad '"open\n' --format csv
maas-train logistic -o m.maas none.tsv; echo "exit $?"
maas-train logistic -o m.maas .; echo "exit $?"
printf 'a cat\tx\na dog\ty\n' >good
maas-train logistic good; echo "exit $?"
maas-train logistic -o none/m.maas good; echo "exit $?"
maas-train logistic -o /dev/full good >/dev/null; echo "exit $?"
cat m.maas; ls
