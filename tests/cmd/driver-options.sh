# What every command line does with its words.
maas-model
echo "= $?"
maas-model inof
echo "= $?"
maas-model info
echo "= $?"
maas-model info --jsn x
echo "= $?"
maas-model info --nothing-like-it x
echo "= $?"
maas-model info -x
echo "= $?"
maas-model info -j
echo "= $?"
maas-model info -j two x
echo "= $?"
maas-model info --threads=-1 x
echo "= $?"
maas-model info --no-json --verb -q -- -x
echo "= $?"
maas-model info --help >help && echo "help $?"
maas-model --version >version && echo "version $?"
maas-model info --help >/dev/full
echo "= $?"
# What begins several long options, of whatever tables, is none of them.
maas-train gpt --s 5 --dry-run x
echo "= $?"
maas-generate --max 5 -p x
echo "= $?"
maas-generate -n -1 -p x
echo "= $?"
