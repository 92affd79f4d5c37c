#!/bin/sh
# A server, calls to it, and its end: the Greeter first, then a server from a
# .proto file. Needs `hello` on the PATH; works in a directory of its own and
# removes it.
set -eu

work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

# A socket of the file system needs no free port. The server says when it listens;
# what the one before it said must not be taken for that.
start() {
    rm -f server.log
    hello serve --listen unix:hello.sock "$@" 2>server.log &
    server=$!
    until grep -qs '^listening on' server.log; do
        kill -0 "$server" 2>/dev/null || { cat server.log >&2; exit 1; }
        sleep 0.1
    done
}

# Calls in flight would finish; there are none.
stop() {
    kill "$server"
    wait "$server"
    server=
}

echo "# the Greeter"
start --log
hello call unix:hello.sock --name zzz --field name
stop
sed -n 's/^\(Greeter[^ ]* [A-Z]*\) .*/the log: \1/p' server.log

echo "# a server from a .proto file, which answers as it is told"
cat >shop.proto <<'END'
syntax = "proto3";
package shop;
message Query { string name = 1; }
message Item { string name = 1; int32 count = 2; }
service Cart {
  rpc Get(Query) returns (Item);
  rpc List(Query) returns (stream Item);
}
END
cat >items.jsonl <<'END'
{"name":"tea","count":3}
{"name":"rice"}
END
start --proto shop.proto --reply 'Get={"name":"tea","count":3}' --reply 'List=@items.jsonl'
hello call unix:hello.sock Cart/Get --name tea --to json
hello call unix:hello.sock Cart/List --to json
stop
