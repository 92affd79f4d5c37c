//! Completion in bash: what `hello completions bash` prints is read by bash,
//! and asked as readline asks it; and TAB is pressed at a pseudo-terminal.
//! What every place offers is in `tests/cli/completion.test`.

mod common;

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::Shell;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Calls what is registered for `hello` as bash does: the line with the cursor
/// at `|`, the words split at `COMP_WORDBREAKS`, the last piece as `$2`.
const ASK: &str = r#"
set -u
eval "$(hello completions bash)"
compopt() { printf 'compopt %s\n' "$*"; }
registered=$(complete -p hello)
function=${registered##*-F } function=${function%% *}
ask() {
    local before=${1%%|*} after=${1#*|}
    COMP_LINE=$before$after COMP_POINT=${#before} COMP_TYPE=9 COMP_KEY=9
    local spaced=${before//=/ = }
    read -ra COMP_WORDS <<< "${spaced//:/ : }"
    local last=${before##*[[:space:]=:]}
    [[ -n $last ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    "$function" hello "$last" "${COMP_WORDS[COMP_CWORD-1]}"
    printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"}
}
"#;

fn bash_is_here() -> bool {
    let found = Command::new("bash").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("skipped: bash is not installed, so its completion cannot be tried");
    }
    found
}

/// What bash would offer for each line, one for a row.
fn offered(shell: &Shell, lines: &[&str]) -> Vec<String> {
    let mut script = String::from(ASK);
    for line in lines {
        script += &format!("ask '{}'; echo '~'\n", line.replace('\'', r"'\''"));
    }
    let output = shell.command("bash").args(["-c", &script]).output().expect("bash runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).expect("it is text");
    let answers = text.strip_suffix("~\n").unwrap_or(&text).split("~\n");
    answers.map(|answer| answer.trim_end().replace('\n', " ")).collect()
}

#[track_caller]
fn assert_offered(rows: &[(&str, &str)]) {
    if !bash_is_here() {
        return;
    }
    let shell = Shell::new();
    let person = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/person.proto");
    std::fs::copy(person, shell.file("person.proto")).expect("the example is there");
    std::fs::write(shell.file("shop.proto"), SHOP).expect("it can be written");
    std::fs::create_dir(shell.file("protos")).expect("a directory can be made");
    let lines: Vec<String> = rows.iter().map(|(line, _)| line.replace("PERSON", PERSON)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let found = offered(&shell, &lines);
    assert_eq!(found.len(), rows.len(), "{found:?}");
    for ((line, expected), found) in rows.iter().zip(found) {
        assert_eq!(found, *expected, "{line}");
    }
}

/// A service, to be called or served.
const SHOP: &str = "syntax = \"proto3\"; package shop; message It { int32 id = 1; }
service Cart { rpc Get(It) returns (It); rpc List(It) returns (stream It); }";

/// The options that lead to `Person` of `examples/person.proto`.
const PERSON: &str = "--proto person.proto --type Person";

#[test]
fn bash_is_offered_commands_options_and_their_values() {
    assert_offered(&[
        ("hello |", "encode decode inspect describe diff call serve completions help"),
        ("hello e|", "encode"),
        ("hello encode --fr|", "--from --framing"),
        ("hello encode --to b|", "binary base64"),
        ("hello encode --to=b|", "binary base64"),
        ("hello decode --framing f|", "fixed32be fixed32le"),
        ("hello completions z|", "zsh"),
    ]);
}

#[test]
fn bash_is_offered_the_methods_that_are_known_without_asking() {
    assert_offered(&[
        ("hello call |", "Greeter/SayHello"),
        ("hello call localhost:8001 Say|", "SayHello"),
        ("hello call --proto shop.proto |", "shop.Cart/Get shop.Cart/List"),
        ("hello call --proto shop.proto localhost:8001 Cart/|", "Cart/Get Cart/List"),
        ("hello call --proto shop.proto L|", "List"),
        ("hello call --proto missing.proto G|", ""),
        ("hello serve --proto shop.proto --reply G|", "compopt -o nospace Get="),
        (
            "hello serve --proto shop.proto --reply Get=@pers|",
            "compopt -o filenames -o nospace @person.proto",
        ),
    ]);
}

#[test]
fn bash_is_offered_what_the_schema_on_the_line_has() {
    assert_offered(&[
        ("hello encode --na|", "--name"),
        ("hello decode --proto=person.proto --type P|", "Phone Person"),
        ("hello decode --proto 'person.proto' --type example.Pe|", "example.Person"),
        (
            "hello encode PERSON --address.|",
            "--address.street --address.city --address.location --address.location.",
        ),
        ("hello encode PERSON --friend.friend.na|", "--friend.friend.name"),
        ("hello encode PERSON --preferred |", "KIND_UNSPECIFIED HOME WORK MOBILE"),
        ("hello encode PERSON --preferred=|", "KIND_UNSPECIFIED HOME WORK MOBILE"),
        ("hello encode PERSON --preferred=M|", "MOBILE"),
        ("hello encode PERSON --active=t|", "true"),
        ("hello encode PERSON --set t|", "tags= to="),
        ("hello encode PERSON --photo f|", "compopt -o nospace file:"),
        ("hello decode PERSON --field phones.n|", "phones.number"),
        ("hello encode --prefe| PERSON", "--preferred"),
    ]);
}

#[test]
fn bash_completes_files_by_itself() {
    assert_offered(&[
        ("hello encode --proto per|", "compopt -o default"),
        ("hello encode --proto=per|", "compopt -o default"),
        ("hello encode PERSON --photo file:per|", "compopt -o default"),
        ("hello decode -i |", "compopt -o default"),
        ("hello decode < per|", "compopt -o default"),
        ("hello encode -I pro|", "compopt -o dirnames -o filenames -o nospace"),
        ("hello encode -Ipro|", "compopt -o filenames -o nospace -Iprotos"),
        ("hello encode -d @per|", "compopt -o filenames -o nospace @person.proto"),
    ]);
}

/// What is wrong with a schema is said when the command is run, not at TAB.
#[test]
fn bash_is_told_nothing_of_a_schema_that_cannot_be_read() {
    assert_offered(&[
        ("hello encode --proto missing.proto --fro|", "--from"),
        ("hello encode --proto missing.proto --na|", ""),
        ("hello encode --proto person.proto --type Nobody --na|", ""),
        ("hello encode --descriptor-set - --fro|", "--from"),
        ("hello nonsense --|", ""),
    ]);
}

/// Runs lines in an interactive bash at a pseudo-terminal, each typed when the
/// one before is done.
fn type_in(shell: &Shell, lines: &[&str]) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
    grantpt(&terminal).expect("it can be granted");
    unlockpt(&terminal).expect("it can be unlocked");
    let name = ptsname(&terminal, Vec::new()).expect("it has a name");
    let name = name.to_str().expect("its name is text").to_owned();
    let open = || File::options().read(true).write(true).open(&name).expect("its other end opens");
    let mut command = shell.command("bash");
    command
        .args(["--norc", "--noprofile", "-i"])
        .env("INPUTRC", "/dev/null")
        .env("HISTFILE", "")
        .env("TERM", "dumb")
        .stdin(open())
        .stdout(open())
        .stderr(open());
    let mut bash = command.spawn().expect("bash runs");
    drop(command);
    let mut keys = File::from(terminal.try_clone().expect("it can be shared"));
    let reader = std::thread::spawn(move || {
        let mut shown = Vec::new();
        // Linux answers with an error once the other end is closed.
        let _ = File::from(terminal).read_to_end(&mut shown);
        String::from_utf8_lossy(&shown).into_owned()
    });
    let done = shell.file("done");
    let mut timed_out = None;
    for line in lines {
        keys.write_all(format!("{line}; : > done\n").as_bytes()).expect("it takes keys");
        let start = Instant::now();
        while !done.exists() && start.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(10));
        }
        if std::fs::remove_file(&done).is_err() {
            timed_out = Some(line);
            break;
        }
    }
    bash.kill().expect("it is ours");
    bash.wait().expect("it ends");
    drop(keys);
    let shown = reader.join().expect("the reader ends");
    assert_eq!(timed_out, None, "the terminal shows {shown}");
}

#[test]
fn tab_completes_at_a_terminal() {
    if !bash_is_here() {
        return;
    }
    let shell = Shell::new();
    let person = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/person.proto");
    std::fs::copy(person, shell.file("per son's.proto")).expect("the example is there");
    type_in(
        &shell,
        &[
            "eval \"$(hello completions bash)\"",
            "hello enc\t--proto per\t --type Per\t--pref\tHO\t--address.ci\tParis > one",
            "hello enc\t--proto=per\t --type=exam\tPers\t--preferred=HO\t --act\t> two",
        ],
    );
    let written = |name: &str| std::fs::read_to_string(shell.file(name)).expect("it was written");
    assert_eq!(written("one"), "20014207120550617269 73\n".replace(' ', ""));
    assert_eq!(written("two"), "18012001\n");
}
