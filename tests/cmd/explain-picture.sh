# Pictures: a model that learnt from an IDX file of three dimensions knows their shape, and explain draws them.
# Six pictures of 2 rows and 3 columns: the upper left pixel is bright in a, the lower right one in b.
{
	printf '\000\000\010\003\000\000\000\006\000\000\000\002\000\000\000\003'
	printf '\377\012\000\000\024\000\360\000\012\000\000\036\350\030\000\012\000\050'
	printf '\000\012\000\000\024\377\020\000\012\000\000\360\000\030\000\012\000\350'
} >pictures.idx
printf 'a\na\na\n<b>\n<b>\n<b>\n' >labels
maas-train logistic --tol 1e-10 -q --C 0.0001 --labels labels -o m.maas pictures.idx
maas-classify explain -m m.maas --saliency s.svg --top 1 pictures.idx | cut -f 1,2,4
head -n 1 s.svg
grep -o '>[0-9]: [^<]*<' s.svg
echo '# the strongest pixel of each: in its place, in full colour'
grep 'fill="#d73027"' s.svg
echo '# on a page'
maas-classify explain -m m.maas --html - --rows 4 pictures.idx | grep -A 5 '<h2>' | cut -c 1-200
echo '# the names of formats, and what is no picture'
maas-classify explain -m m.maas --saliency s.gif pictures.idx 2>&1
maas-classify explain -m m.maas --saliency none/s.svg pictures.idx >out 2>&1; echo "exit $?"; cat out
printf '1,2,x\n2,1,y\n' >n.csv
maas-train logistic -q -o n.maas n.csv
maas-classify explain -m n.maas --saliency s.svg n.csv 2>&1; echo "exit $?"
maas-classify explain -m m.maas --saliency pictures.svg /dev/null 2>&1; echo "exit $?"
maas-classify explain -m m.maas --saliency s.svg --global 2>&1 | head -n 1
echo '# an npy file of the same, and a row of numbers'
{
	printf '\223NUMPY\001\000\166\000'
	printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (6, 2, 3), }"
	tail -c 36 pictures.idx
} >pictures.npy
maas-train logistic -q --C 0.0001 --labels labels -o p.maas pictures.npy
maas-classify explain -m p.maas --saliency p.svg pictures.npy >/dev/null; cmp s.svg p.svg && echo same
maas-classify explain -m m.maas --saliency p.svg pictures.npy >/dev/null; cmp s.svg p.svg && echo same
