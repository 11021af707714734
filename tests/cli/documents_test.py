#!/usr/bin/env python3
"""What people read beside the program agrees with it: versions, types of files, commands, man page, completions."""
import gzip
import pathlib
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as xml

from support import PROGRAM, WORK, fresh_work_folder, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINUX = ROOT / "installer/linux"
APP = "io.github.reelquery.Reelquery"
# What the names of files that the window opens are called by the desktop.
TYPES = {"mp4": "video/mp4", "mkv": "video/x-matroska", "webm": "video/webm", "mov": "video/quicktime",
         "avi": "video/x-msvideo", "m4v": "video/x-m4v", "mpg": "video/mpeg", "mpeg": "video/mpeg", "ts": "video/mp2t",
         "m2ts": "video/mp2t", "mts": "video/mp2t", "wmv": "video/x-ms-wmv", "flv": "video/x-flv", "ogv": "video/ogg",
         "3gp": "video/3gpp", "mxf": "application/mxf", "gif": "image/gif"}


def setUpModule():
    fresh_work_folder()


class DocumentsTest(unittest.TestCase):
    def test_one_version(self):
        version = re.search(r"project\(reelquery VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
        release = xml.parse(LINUX / f"{APP}.metainfo.xml").find("releases/release")
        changelog = re.findall(r"^## (\d\S*), (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
        self.assertEqual(run("--version")[1].split(), ["reelquery", version])
        self.assertEqual((release.get("version"), release.get("date")), changelog[0])
        self.assertEqual(changelog[0][0], version)

    def test_the_desktop_knows_every_type_that_the_window_opens(self):
        source = (ROOT / "app/gui/window/media_files.cpp").read_text()
        listed = source[source.index("suffixes{"):source.index("return suffixes")]
        suffixes = re.findall(r'QStringLiteral\("(\w+)"\)', listed)
        desktop = (LINUX / f"{APP}.desktop").read_text()
        types = re.search(r"^MimeType=(.*);$", desktop, re.M)[1].split(";")
        self.assertGreater(len(suffixes), 10)
        for suffix in suffixes:
            self.assertIn(TYPES[suffix], types)

    def test_desktop_file_and_metadata_are_valid(self):
        for tool, *flags in (("desktop-file-validate",), ("appstreamcli", "validate", "--strict", "--no-net")):
            file = LINUX / f"{APP}.{'metainfo.xml' if flags else 'desktop'}"
            if shutil.which(tool) is None:
                print(f"{tool} is not here: {file.name} was not checked")
                continue
            done = subprocess.run([tool, *flags, file], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_readme_names_commands_that_there_are(self):
        commands = set(re.findall(r"^    reelquery ([a-z-]+)", (ROOT / "README.md").read_text(), re.M))
        listed = set(re.findall(r"^  ([a-z-]+) ", run("--help")[1].split("Subcommands:")[1], re.M))
        self.assertEqual(commands - listed, set())

    def test_man_page_and_completions(self):
        subprocess.run(["python3", ROOT / "installer/command_docs.py", PROGRAM, WORK / "docs", ROOT / "CHANGELOG.md"], check=True)
        page = gzip.decompress((WORK / "docs/reelquery.1.gz").read_bytes()).decode()
        script = (WORK / "docs/reelquery.bash").read_text()
        for command in ("ask", "compare", "models", "bench model"):
            self.assertIn(f".SH {command.upper()}", page)
            self.assertIn(f'"{command}")', script)
            for flag in re.findall(r"^  (--[a-z-]+)", run(*command.split(), "--help")[1], re.M):
                self.assertIn(flag.replace("-", "\\-"), page)
                self.assertIn(flag, script)
                self.assertIn(f"-l {flag[2:]}", (WORK / "docs/reelquery.fish").read_text())
        tried = subprocess.run(["bash", "-c", f"source {WORK}/docs/reelquery.bash; COMP_WORDS=(reelquery ask --device c);"
                                "COMP_CWORD=3; _reelquery; echo ${COMPREPLY[@]}"], capture_output=True, text=True)
        self.assertEqual(tried.stdout.split(), ["cpu", "cuda"])


if __name__ == "__main__":
    unittest.main()
