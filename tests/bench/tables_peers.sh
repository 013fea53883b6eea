# Tables and texts against scikit-learn, PyTorch and fastText, each case once.
exec "$TOP/scripts/bench-tables" -n 1
