#!/usr/bin/env python3
"""Every text of the window has its German one, and every plural its English and German forms.

Usage: translations_test.py LUPDATE. Rereads the sources into copies of the .ts files and fails
where a text is new, changed or unfinished, where a translation lost a placeholder, or where a German
one is set as no German printer would.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[2]


def placeholders(text):
    return sorted(set(re.findall(r"%(?:\d|n)", text or "")))


# What German typography and our own wording rule out; (what is wrong, how to see it).
GERMAN_SLIPS = [
    ("no space before the ellipsis of left-out words", re.compile(r"[^\s]…")),
    ("dots instead of an ellipsis", re.compile(r"\.\.\.")),
    ("quotation marks that are not „“", re.compile(r"[\"”]")),
    ("a hyphen as a dash", re.compile(r"\w - \w")),
    ("sparse attention is „dünn besetzt“", re.compile(r"\bdünn(?! besetzt)|\bdünne[rnms]?\b", re.I)),
]


def slips(text):
    return [what for what, pattern in GERMAN_SLIPS if pattern.search(text.replace("&", ""))]


def check(language, options, lupdate):
    source = ROOT / "resources/translations" / f"reelquery_{language}.ts"
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / source.name
        copy.write_bytes(source.read_bytes())
        files = [str(p) for p in sorted((ROOT / "app/gui").rglob("*")) if p.suffix in (".cpp", ".h")]
        subprocess.run([lupdate, "-silent", "-no-obsolete", *options, "-I", str(ROOT), *files, "-ts", str(copy)],
                       check=True)
        tree = ET.parse(copy)
    problems, count = [], 0
    for message in tree.iter("message"):
        count += 1
        text, translation = message.findtext("source"), message.find("translation")
        forms = [form.text for form in translation.findall("numerusform")] or [translation.text]
        if translation.get("type") or not all(forms):
            problems.append(f"{language}: not translated: {text!r}")
        for form in forms:
            if form and placeholders(form) != placeholders(text):
                problems.append(f"{language}: placeholders differ: {text!r} and {form!r}")
            if language == "de":
                problems += [f"{language}: {what}: {form!r}" for what in slips(form or "")]
    if count == 0:
        problems.append(f"{language}: no texts were found")
    return problems


problems = check("de", [], sys.argv[1]) + check("en", ["-pluralonly"], sys.argv[1])
print("\n".join(problems) or "all texts are translated")
sys.exit(1 if problems else 0)
