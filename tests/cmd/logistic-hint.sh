# Chinese under the default analyzer: said once; not where the analyzer was chosen, nor with -q.
printf '股市今天上涨\t财经\n银行降低利率\t财经\n球队赢得比赛\t体育\n球员打进两球\t体育\n' >zh.tsv
maas-train logistic -o m.maas zh.tsv 2>&1 | grep -c 'analyzer cjk'
maas-train logistic --analyzer cjk -o m.maas zh.tsv 2>&1 | grep -c 'analyzer cjk'
maas-train logistic -q -o m.maas zh.tsv
printf '球员赢得比赛\n' | maas-classify predict -m m.maas
