//! What README.md and examples/ show is what happens.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::Shell;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The commands of the `console` blocks of a document, each with its output.
fn sessions(text: &str) -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push((command.to_owned(), String::new())),
                (None, Some((command, output))) if output.is_empty() && command.ends_with('\\') => {
                    command.push('\n');
                    command.push_str(line);
                }
                (None, Some((_, output))) => {
                    output.push_str(line);
                    output.push('\n');
                }
                (None, None) => panic!("no command before {line:?}"),
            }
        }
    }
    steps
}

/// Every command that README shows is run, all in one directory, and gives
/// what stands under it; `[status N]` is how one ends that fails.
#[test]
fn readme_shows_what_happens() {
    let text = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let steps = sessions(&text);
    assert!(steps.len() > 20, "only {} commands found", steps.len());
    let shell = Shell::new();
    for (command, expected) in steps {
        let ran = shell.run(&format!("exec 2>&1\n{command}"), b"");
        let mut output = String::from_utf8_lossy(&ran.stdout).into_owned();
        if !output.is_empty() && !output.ends_with('\n') {
            output.push('\n');
        }
        if ran.status != 0 {
            output += &format!("[status {}]\n", ran.status);
        }
        // A line of README has no white space at its end.
        let output: String = output.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        assert_eq!(output, expected, "README: $ {command}");
    }
}

/// The first two commands of README are the whole set-up.
#[test]
fn readme_begins_with_the_two_commands() {
    let text = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let commands: Vec<&str> =
        text.lines().filter(|line| line.trim_start_matches("$ ").starts_with("cargo ")).collect();
    let first: Vec<&str> =
        commands.iter().take(2).map(|line| line.trim_start_matches("$ ")).collect();
    assert_eq!(first, ["cargo run -q -- encode --name bobby", "cargo test"]);
}

#[test]
fn the_rust_example_does_the_round_trip() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--example", "roundtrip"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "bytes: 0a05626f626279\nname: bobby\n");
    let source = fs::read_to_string(root().join("examples/roundtrip.rs")).expect("its source");
    assert!(source.lines().count() < 40, "it is to be short");
}

#[test]
fn the_shell_examples_print_what_they_say() {
    for name in ["pipes", "descriptor-set", "greeter"] {
        let script = root().join(format!("examples/{name}.sh"));
        let ran = Shell::new().run(&format!("sh '{}'", script.display()), b"");
        let expected = fs::read_to_string(root().join(format!("tests/{name}.out")));
        assert_eq!(String::from_utf8_lossy(&ran.stderr), "", "{name}");
        assert_eq!(String::from_utf8_lossy(&ran.stdout), expected.expect("its output"), "{name}");
        assert_eq!(ran.status, 0, "{name}");
    }
}
