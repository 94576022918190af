# What a new user does where there is Python and make and nothing else: the README's two commands, then a project of
# their own around an installed wheel. Prints what it begins, and ends with `arrived`.
set -eu
cd ~/wa-webhook

echo '== make dev'
make dev >~/dev.log 2>&1 &
dev=$!
until grep -q 'Replies appear below' ~/dev.log; do
  kill -0 $dev 2>/dev/null || { cat ~/dev.log; exit 1; }
  sleep 0.2
done
.venv/bin/wa-webhook say hello
kill -TERM $dev
wait $dev || true

# One file of tests proves the road, and the object store is for tests of S3 alone: both are a matter of minutes.
echo '== make test TESTS=tests/flows/test_first_conversation.py'
make --no-print-directory -o .venv/swift/.installed test TESTS='-n 0 tests/flows/test_first_conversation.py'

echo '== make package'
make --no-print-directory package
python3 -m venv ~/installed
# From either: the source distribution fetches what builds it.
~/installed/bin/pip install --quiet --disable-pip-version-check "$(echo dist/*.tar.gz)[testing]"
(cd / && ~/installed/bin/wa-webhook --version)
~/installed/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps dist/*.whl

echo '== wa-webhook init tables'
mkdir ~/elsewhere
cd ~/elsewhere
~/installed/bin/wa-webhook init tables
cd tables
~/installed/bin/python -m pytest --quiet

echo arrived
