#!/bin/sh
# A schema from a descriptor set. `protoc --include_imports -o x.binpb x.proto`
# or `buf build -o x.binpb` make one of `.proto` files; here `hello` makes it, of
# the JSON of google.protobuf.FileDescriptorSet, so that nothing else is needed.
# Needs `hello` and `gzip` on the PATH; works in a directory of its own and removes it.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

# What a compiler would make of this file (a `.proto` file of an edition is read
# from a descriptor set only):
#
#     edition = "2023";
#     package shop;
#     message Item {
#       string name = 1;
#       int64 cents = 2;
#       repeated string tags = 3;
#     }
cat >shop.json <<'END'
{"file": [{
  "name": "shop.proto", "package": "shop", "syntax": "editions", "edition": "EDITION_2023",
  "messageType": [{"name": "Item", "field": [
    {"name": "name", "number": 1, "label": "LABEL_OPTIONAL", "type": "TYPE_STRING"},
    {"name": "cents", "number": 2, "label": "LABEL_OPTIONAL", "type": "TYPE_INT64"},
    {"name": "tags", "number": 3, "label": "LABEL_REPEATED", "type": "TYPE_STRING"}
  ]}]
}]}
END

echo "# the descriptor set: a message like any other, of a type that is built in"
hello encode --type google.protobuf.FileDescriptorSet -i shop.json -o shop.binpb
hello decode --type google.protobuf.FileDescriptorSet -i shop.binpb --field 'file[0].message_type[0].name'

echo "# its message, from field flags"
hello encode --descriptor-set shop.binpb --type shop.Item --name tea --cents 350 --tags green --tags loose

echo "# the same for the rest of the script, by the environment"
export HELLO_DESCRIPTOR_SET="$work/shop.binpb" HELLO_TYPE=shop.Item
hello encode --name tea --cents 350 -o tea.binpb
hello decode -i tea.binpb
hello decode -i tea.binpb --to json
hello decode -i tea.binpb --to json --int64-as-number
hello decode -i tea.binpb --field cents

echo "# an edition keeps a field that is set to its default"
hello encode --cents 0 | hello decode --to json

echo "# many messages"
printf '%s\n' '{"name":"tea","cents":350}' '{"name":"cup","cents":"1200"}' |
    hello encode --stream --from json --to binary |
    hello decode --stream --field name

echo "# a gzipped set, as \`buf build -o shop.binpb.gz\` makes it, is read too"
gzip shop.binpb
hello decode --descriptor-set shop.binpb.gz --type shop.Item 0a03746561

echo "# an unknown field has a place and a suggestion"
gunzip shop.binpb.gz
status=0
hello encode -d '{"name":"tea","cent":350}' 2>errors.txt || status=$?
echo "status $status"
cat errors.txt
