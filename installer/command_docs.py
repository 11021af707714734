#!/usr/bin/env python3
"""command_docs.py PROGRAM OUT CHANGELOG: man page and completions of bash, zsh and fish, from what --help says.

Writes OUT/reelquery.1.gz, OUT/reelquery.bash, OUT/_reelquery, OUT/reelquery.fish, OUT/changelog.gz and OUT/changelog.Debian.gz. The help is the
only source, so that a flag that is added to the program is in all of them. The date is the changelog's newest.
"""
import dataclasses
import datetime
import email.utils
import gzip
import pathlib
import re
import subprocess
import sys

NAME = "reelquery"
COLUMN = 30  # where the help's texts begin


@dataclasses.dataclass
class Entry:
    """A line of the help: a flag, a positional or a subcommand."""
    label: str  # "--device TEXT:{auto,cpu,cuda}=auto"
    text: str
    group: str = ""

    @property
    def flags(self):
        return re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", self.label.split(" ")[0])

    @property
    def words(self):
        """What may follow the flag, where that is a set of words."""
        found = re.search(r":\{([^}]*)\}", self.label)
        return found[1].split(",") if found else []

    @property
    def takes_value(self):
        return bool(re.search(r" (TEXT|INT|UINT|FLOAT)", self.label))


@dataclasses.dataclass
class Page:
    """The help of a command."""
    path: list  # of words: ["bench", "model"]
    summary: str
    usage: str
    positionals: list
    options: list
    commands: list
    footer: str


def read_help(program, path):
    text = subprocess.run([program, *path, "--help"], capture_output=True, check=True, text=True).stdout
    lines = text.splitlines()
    page = Page(path, lines[0].strip(), lines[1].removeprefix("Usage: "), [], [], [], "")
    group = ""
    kinds = {"Positionals": page.positionals, "Subcommands": page.commands}
    entries = page.options
    following = [*lines[3:], ""]
    for line, after in zip(lines[2:], following):
        if re.match(r"[A-Z][A-Za-z ]*:$", line):
            group = line[:-1]
            entries = kinds.get(group, page.options)
        elif line.startswith("Exit codes:"):
            page.footer = line
        elif re.match(r"  \S", line):
            # A label that is longer than its column has its text in the next line.
            column = len(line) if after.startswith(" " * COLUMN) else COLUMN
            entries.append(Entry(line[:column].strip(), line[column:].strip(), group))
        elif line.strip() and entries:
            entries[-1].text = f"{entries[-1].text} {line.strip()}".strip()
    return page


def all_pages(program, path=()):
    page = read_help(program, list(path))
    pages = [page]
    for command in page.commands:
        pages += all_pages(program, [*path, command.label])
    return pages


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def man_page(pages, date, version):
    out = [f'.TH REELQUERY 1 "{date}" "reelquery {version}" "User Commands"', ".SH NAME",
           "reelquery \\- ask questions about long local videos, offline", ".SH SYNOPSIS"]
    out += [f".B {roff(pages[0].usage)}", ".SH DESCRIPTION",
            "Without a subcommand a window opens. A model of the Qwen\\-VL families answers on this machine; without one "
            "the embedded model does, which knows drawn shapes, cards and times only."]
    for page in pages:
        if page.path:
            out += [f".SH {roff(' '.join(page.path).upper())}", roff(page.summary) + ".", ".PP", f".B {roff(page.usage)}"]
        group = ""
        for entry in [*page.positionals, *page.options]:
            if entry.group not in (group, "Options", "Positionals"):
                out += [f".SS {roff(entry.group)}"]
            group = entry.group
            label = re.sub(r":\{[^}]*\}", "", entry.label)
            words = f" (one of {', '.join(entry.words)})" if entry.words else ""
            out += [".TP", f".B {roff(label)}", roff(entry.text + words)]
    out += [".SH EXIT STATUS", roff(pages[0].footer.removeprefix("Exit codes: ")) + ".",
            ".SH FILES", ".TP", ".I ~/.cache/reelquery", "Features of videos and what was measured of this machine.",
            ".TP", ".I ~/.local/share/reelquery", "The window's settings and library."]
    return "\n".join(out) + "\n"


def bash(pages):
    cases = []
    for page in pages:
        flags = [flag for entry in page.options for flag in entry.flags if flag.startswith("--")]
        named = [word for entry in page.positionals for word in entry.words]
        words = " ".join([command.label for command in page.commands] + named + flags)
        cases.append(f'        "{" ".join(page.path)}") words="{words}" ;;')
    values = {}
    for page in pages:
        for entry in page.options:
            for flag in entry.flags if entry.words else []:
                values.setdefault(flag, set()).update(entry.words)
    choices = [f'        {flag}) COMPREPLY=($(compgen -W "{" ".join(sorted(words))}" -- "$current")); return ;;'
               for flag, words in sorted(values.items())]
    nested = "|".join(page.path[0] for page in pages if len(page.path) == 1 and page.commands)
    return "\n".join([
        "# bash completion of reelquery; written by command_docs.py",
        "_reelquery() {",
        '    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words=""',
        "    COMPREPLY=()",
        "    [ \"$COMP_CWORD\" -gt 1 ] || command=",
        f'    case $command in {nested}) [ "$COMP_CWORD" -le 2 ] || command="$command ${{COMP_WORDS[2]}}" ;; esac',
        "    case $before in", *choices, "    esac",
        '    case "$command" in', *cases, "    esac",
        '    case $current in -*) COMPREPLY=($(compgen -W "$words" -- "$current")); return ;; esac',
        '    [ "$COMP_CWORD" -gt 1 ] && case $words in -*) ;; *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;; esac',
        '    [ "$COMP_CWORD" -gt 1 ] || COMPREPLY=($(compgen -W "$words" -- "$current"))',
        '    COMPREPLY+=($(compgen -f -- "$current"))',
        "}",
        "complete -o filenames -F _reelquery reelquery", ""])


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh(pages):
    def spec(entry, flag):
        text = entry.text.replace("[", "(").replace("]", ")").replace(":", " ")
        value = f":value:({' '.join(entry.words)})" if entry.words else ":value:_files" if entry.takes_value else ""
        return quoted(f"{flag}[{text}]{value}")

    out = ["#compdef reelquery", "# written by command_docs.py", "_reelquery() {", '    local command="${words[2]}"',
           "    (( CURRENT > 2 )) || command="]
    nested = "|".join(page.path[0] for page in pages if len(page.path) == 1 and page.commands)
    out += [f'    case $command in {nested}) (( CURRENT <= 3 )) || command="$command ${{words[3]}}" ;; esac',
            '    case "$command" in']
    for page in pages:
        out.append(f'        "{" ".join(page.path)}")')
        if page.commands:
            listed = " ".join(quoted(f"{c.label}:{c.text}") for c in page.commands)
            out.append(f"            local -a commands=({listed}); _describe command commands")
        options = [spec(entry, flag) for entry in page.options for flag in entry.flags if flag.startswith("--")]
        out.append(f"            _arguments {' '.join(options)} '*:file:_files' ;;")
    return "\n".join([*out, "    esac", "}", '_reelquery "$@"', ""])


def fish(pages):
    out = ["# fish completion of reelquery; written by command_docs.py"]
    names = " ".join(command.label for command in pages[0].commands)
    for page in pages:
        if page.path:
            seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in page.path)
        else:
            seen = f"not __fish_seen_subcommand_from {names}"
        for command in page.commands:
            out.append(f"complete -c {NAME} -n {quoted(seen)} -a {command.label} -d {quoted(command.text)}")
        for entry in page.options:
            for flag in entry.flags:
                if not flag.startswith("--"):
                    continue
                value = f" -x -a {quoted(' '.join(entry.words))}" if entry.words else " -r" if entry.takes_value else ""
                out.append(f"complete -c {NAME} -n {quoted(seen)} -l {flag[2:]}{value} -d {quoted(entry.text)}")
    return "\n".join([*out, ""])


def debian_changelog(date, version):
    """The packages' own, which have no history beside the program's."""
    when = email.utils.format_datetime(datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.timezone.utc))
    return (f"{NAME} ({version}-1) unstable; urgency=medium\n\n  * Version {version}; changelog.gz says what is new.\n\n"
            f" -- Reelquery developers <reelquery@users.noreply.github.com>  {when}\n")


def main():
    program, out = sys.argv[1], pathlib.Path(sys.argv[2])
    changes = pathlib.Path(sys.argv[3]).read_text()
    date = re.search(r"\d{4}-\d\d-\d\d", changes)[0]
    version = subprocess.run([program, "--version"], capture_output=True, check=True, text=True).stdout.split()[-1]
    pages = all_pages(program)
    out.mkdir(parents=True, exist_ok=True)
    # No time of day in the archives: two builds are equal.
    (out / "reelquery.1.gz").write_bytes(gzip.compress(man_page(pages, date, version).encode(), mtime=0))
    (out / "changelog.gz").write_bytes(gzip.compress(changes.encode(), mtime=0))
    (out / "changelog.Debian.gz").write_bytes(gzip.compress(debian_changelog(date, version).encode(), mtime=0))
    (out / "reelquery.bash").write_text(bash(pages))
    (out / "_reelquery").write_text(zsh(pages))
    (out / "reelquery.fish").write_text(fish(pages))


if __name__ == "__main__":
    main()
