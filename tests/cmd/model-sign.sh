# Signatures: of files and of registered versions, checked by keys of ours and of others, and all that is refused.
exec 2>&1; umask 077
maas-model keygen probe || { [ $? -eq 69 ] && { echo "built without libsodium"; exit 77; }; }
export MAAS_REGISTRY=reg
try() { "$@"; rc=$?; [ $rc -eq 0 ] || echo "exit $rc"; }
digests() { sed 's/[0-9a-f]\{12\}\.\.\./DIGEST/g'; }
printf 'a,b,label\n1,2,x\n2,1,x\n3,5,y\n4,3,y\n' >d.csv
maas-train logistic -q -o m.maas d.csv; maas-train logistic -q --C 9 -o n.maas d.csv
echo '== keys'
try maas-model keygen -t sign us; stat -c '%a' us; sed 's/^[^-].*/.../' us us.pub
try maas-model keygen -t sign us; try maas-model keygen -t sign them; : >half.pub; try maas-model keygen -t sign half; [ ! -e half ] && echo "no half of a pair"
echo '== a file'
try maas-model verify --public us.pub m.maas
try maas-model sign --key-file us m.maas; sed "s/$(sha256sum m.maas | cut -d ' ' -f 1)/ITS-SHA256/; s/^\(ed25519\) [^ ]\{44\} [^ ]\{88\}$/\1 44 88/" m.maas.sig
try maas-model verify --public us.pub m.maas; try maas-model verify --public them.pub m.maas; try maas-model verify m.maas
cp m.maas.sig was; try maas-model sign --key-file us m.maas; cmp was m.maas.sig && echo "signed again it is the same"
try maas-model verify --public us.pub --json m.maas n.maas 2>&1 | digests
cp n.maas altered.maas; cp m.maas.sig altered.maas.sig; try maas-model verify --public us.pub altered.maas 2>&1 | digests
sum=$(sha256sum n.maas | cut -d ' ' -f 1); sed "s/^sha256 .*/sha256 $sum/" m.maas.sig >altered.maas.sig; try maas-model verify --public us.pub altered.maas
sed 's/^ed25519 /name topics\n&/' m.maas.sig >n; cp m.maas named.maas; cp n named.maas.sig; try maas-model verify --public us.pub named.maas
for bad in 's/ 2$/ 3/' 's/ 2$/ 12/' 's/^ed25519 /version 1\n&/' 's/^sha256 /sha512 /' 's/=$//' '$d' '$s/$/\n/' 's/ed25519 [^ ]*/ed25519/'; do sed "$bad" m.maas.sig >named.maas.sig; try maas-model verify --public us.pub named.maas; done
head -c 5000 /dev/zero >named.maas.sig; try maas-model verify --public us.pub named.maas; rm named.maas.sig; mkdir named.maas.sig; try maas-model verify --public us.pub named.maas
echo '== a registered version is signed as its name'
try maas-model register m.maas topics --label stable; try maas-model verify --public us.pub topics
try maas-model sign --key-file us topics@stable; try maas-model verify --public us.pub topics topics@1 reg/topics/1/model.maas; sed -n 3,4p reg/topics/1/model.maas.sig
try maas-model sign --name other --key-file us topics; try maas-model sign --name topics@2 --key-file us topics; try maas-model sign --name topics@1 --key-file us topics; try maas-model sign --name topics@stable --key-file us topics
maas-model log topics | cut -f 2-3 | tail -n 1
maas-model register -q m.maas parcels; cp reg/topics/1/model.maas.sig reg/parcels/1; try maas-model verify --public us.pub parcels
cp m.maas.sig reg/parcels/1/model.maas.sig; try maas-model verify --public us.pub parcels
maas-model verify -q --public us.pub topics && mv reg/parcels/1 one && ln -s ../topics/1 reg/parcels/1; try maas-model verify --public us.pub parcels
rm reg/parcels/1; mkdir reg/parcels/1; cp reg/topics/1/model.* reg/parcels/1; try maas-model verify --public us.pub parcels; rm -r reg/parcels/1; mv one reg/parcels/1
(cd reg/topics/1 && try maas-model verify --public ../../../us.pub model.maas)
maas-model register -q topics copied; try maas-model verify --public us.pub copied
echo '== an older version does not take the place of a newer one, nor one that says no version'
maas-model register -q n.maas topics; try maas-model sign --key-file us topics@2; try maas-model verify --public us.pub topics@2
cp -r reg/topics kept; rm -r reg/topics/2; cp -r reg/topics/1 reg/topics/2; try maas-model verify topics@2; try maas-model verify --public us.pub topics@2
try maas-model sign --name topics --key-file us m.maas; cp m.maas.sig reg/topics/2/model.maas.sig; try maas-model verify --public us.pub topics@2
sed 's/ 2$/ 1/' m.maas.sig >reg/topics/2/model.maas.sig; try maas-model verify --public us.pub topics@2
rm -r reg/topics; mv kept reg/topics; cp n.maas reg/topics/1/model.maas; try maas-model sign --key-file us topics@1 2>&1 | digests; cp m.maas reg/topics/1/model.maas
(head -n 2 "$DATA/signed-1.sig" >says; cp "$DATA/signed-1.maas" one.maas; cp "$DATA/signed-1.sig" one.maas.sig; try maas-model verify --public "$DATA/signed-1.pub" one.maas)
maas-model register -q one.maas old; cp one.maas.sig reg/old/1/model.maas.sig; try maas-model verify --public "$DATA/signed-1.pub" old
echo '== signed before, for a name and a version'
n=2; for as in parcels parcels@2 parcels@5 other@5; do try maas-model sign --key-file us --name $as n.maas; try maas-model register n.maas parcels; maas-model remove parcels $n --purge; n=$((n + 1)); done; ls reg/parcels
try maas-model sign --key-file us --name parcels@6 n.maas; try maas-model register n.maas parcels; try maas-model verify --public us.pub parcels@6
try maas-model register n.maas others; try maas-model verify --public us.pub others
try maas-model sign --key-file us --name a/b n.maas; try maas-model sign --key-file us --name x.maas n.maas
maas-model remove parcels 1 --purge; maas-model prune --keep 1; ls reg/parcels
echo '== what cannot be signed, and keys that are none'
mkdir folder; try maas-model sign --key-file us folder; try maas-model sign --key-file us nowhere; try maas-model sign m.maas | head -n 1; try maas-model sign --key-file us | head -n 1
try maas-model sign --key-file us.pub m.maas; try maas-model sign --key-file probe m.maas; try maas-model verify --public us m.maas; try maas-model verify --public none m.maas; try maas-model verify --public d.csv m.maas
ln -s /dev/full n2.maas.sig; cp n.maas n2.maas; try maas-model sign --key-file us n2.maas
echo '== sealed, then signed'
maas-model seal --key-file probe m.maas s.maas; try maas-model sign --key-file us s.maas; try maas-model verify --public us.pub --key-file probe s.maas
echo '== with keys and eyes of others'
command -v openssl >path || { echo verified; exit 0; }
openssl genpkey -algorithm ed25519 -out o.pem; openssl pkey -in o.pem -pubout -out o.pub
maas-model sign --key-file o.pem m.maas && maas-model verify -q --public o.pub m.maas && maas-model sign --key-file us m.maas
head -n 2 m.maas.sig >said; sed -n 's/^ed25519 [^ ]* //p' m.maas.sig | base64 -d >signature
openssl pkeyutl -verify -pubin -inkey us.pub -rawin -in said -sigfile signature >path && echo verified
