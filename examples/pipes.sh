#!/bin/sh
# Bytes through pipes: what one command of `hello` writes, another reads.
# Needs `hello` on the PATH; works in a directory of its own and removes it.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

echo "# hex through a pipe"
hello encode --name bobby | hello decode

echo "# the bytes themselves; --to json names the format of the fields"
hello encode --name bobby --to binary | hello decode --to json

echo "# base64 is never guessed: --from says it"
hello encode --name bobby --to base64 | hello decode --from base64

echo "# a file, whose extension says the format"
hello encode --name bobby -o bobby.binpb
hello decode -i bobby.binpb

echo "# JSON to bytes to text"
echo '{"name":"bobby"}' | hello encode --from json --to binary | hello decode

echo "# one value, for a variable of the script"
name=$(hello decode -i bobby.binpb --field name)
echo "the name is $name"

echo "# many messages: JSON Lines to delimited binary and back"
cat >names.jsonl <<'END'
{"name":"ann"}
{"name":"bob"}
{"name":"-v"}
END
hello encode --stream --from json --to binary <names.jsonl >names.bin
hello decode --stream --to json <names.bin

echo "# a message for each line; --name=\"\$name\" takes any name, -v too"
hello decode --stream --field name <names.bin | while read -r name; do
    hello encode --name="$name"
done

echo "# a broken record: the status is 1, --keep-going skips it"
printf '0a03616e6e\n0a03626f\n0a022d76\n' >names.hex
status=0
hello decode --stream --keep-going -i names.hex 2>errors.txt || status=$?
echo "status $status"
head -n 1 errors.txt
