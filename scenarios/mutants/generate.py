#!/usr/bin/env python3
"""Plants the mutants of *.mutants into copies of the operator's sources.

usage: generate.py SOURCE_DIR OUTPUT_DIR FILE.mutants...        writes the mutated sources and table.cpp
       generate.py --list SOURCE_DIR FILE.mutants...            prints the paths of sources that have mutants

A mutant is a block of "key: value" lines; blocks are separated by blank lines, a value goes on in lines
that are indented. Keys: id, says (one sentence: the defect), bugs (ids of the catalogue), file, old (text that
stands exactly once in the file, however it is broken into lines), new, and optionally within (a longer text that stands
once, where the old one alone does not), keep (the old text again where it needs another spelling to stand in an
expression), form ("expression", the default, or "statement"), law (the one that has to notice, where any other does not
count), bait (the scenario that reaches the defect: it is tried first) and quick ("yes": every test run looks for it, with
its bait alone).
"""
import json
import pathlib
import re
import sys

KEYS = {"id", "says", "bugs", "file", "within", "old", "new", "keep", "form", "law", "bait", "quick"}


def fail(message):
    sys.exit(f"mutants: {message}")


class Lost(Exception):
    """A mutant whose text is no longer in the source."""


def read(path):
    mutants, block, key = [], {}, None
    for number, line in enumerate([*path.read_text().splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if not line.strip():
            if block:
                mutants.append(block)
            block, key = {}, None
        elif line[0] in " \t":
            if key is None:
                fail(f"{path}:{number}: a value that goes on, and no key before it")
            block[key] += "\n" + line.strip()
        else:
            key, colon, value = line.partition(":")
            if not colon or key not in KEYS or key in block:
                fail(f"{path}:{number}: expected one of {', '.join(sorted(KEYS))}, each once")
            block[key] = value.strip()
    for mutant in mutants:
        missing = {"id", "says", "bugs", "file", "old", "new"} - mutant.keys()
        if missing:
            fail(f"{path}: {mutant.get('id', 'a mutant')} lacks {', '.join(sorted(missing))}")
        if mutant.get("quick", "yes") != "yes" or ("quick" in mutant and "bait" not in mutant):
            fail(f"{path}: {mutant['id']}: quick is \"yes\" or absent, and needs a bait")
    return mutants


def find_once(mutant, key, text):
    """The span of the mutant's text, whatever white space the formatter chose."""
    found = list(re.finditer(r"\s+".join(map(re.escape, mutant[key].split())), text))
    if len(found) != 1:
        raise Lost(f"{mutant['id']}: its text '{key}' stands {len(found)} times in {mutant['file']}")
    return found[0].span()


def locate(mutant, text):
    if "within" not in mutant:
        return find_once(mutant, "old", text)
    begin, end = find_once(mutant, "within", text)
    inner = find_once(mutant, "old", text[begin:end])
    return begin + inner[0], begin + inner[1]


def planted(mutant, number, original):
    active = f"::bestgres::mutants::is_active({number})"
    keep = mutant.get("keep", original)
    if mutant.get("form", "expression") == "statement":
        return f"if ({active}) {{ {mutant['new']} }} else {{ {keep} }}"
    return f"({active} ? ({mutant['new']}) : ({keep}))"


def mutate(text, mutants):
    spans, lost = [], []
    for number, mutant in mutants:
        try:
            spans.append((locate(mutant, text), number, mutant))
        except Lost as error:
            lost.append(str(error))
    if lost:
        fail("adapt to the changed source:\n  " + "\n  ".join(lost))
    spans.sort(key=lambda span: span[0])
    for (left, _, one), (right, _, other) in zip(spans, spans[1:]):
        if right[0] < left[1]:
            fail(f"{one['id']} and {other['id']} overlap")
    for (begin, end), number, mutant in reversed(spans):
        text = text[:begin] + planted(mutant, number, text[begin:end]) + text[end:]
    return '#include "scenarios/mutants/active.hpp"\n' + text


def table(mutants):
    texts = ("id", "says", "bugs", "file", "law", "bait")
    rows = "".join(
        "    {" + ", ".join(json.dumps(mutant.get(key, "")) for key in texts) +
        f", {json.dumps('quick' in mutant)}}},\n"
        for mutant in mutants)
    return ('#include "scenarios/mutants/active.hpp"\n\nnamespace bestgres::mutants {\n\n'
            f"std::span<const Mutant> all() {{\n    static constexpr Mutant table[] = {{\n{rows}    }};\n"
            "    return table;\n}\n\n}  // namespace bestgres::mutants\n")


def write_if_changed(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    listing = sys.argv[1] == "--list"
    arguments = sys.argv[2:] if listing else sys.argv[1:]
    source = pathlib.Path(arguments[0])
    mutants = [m for name in arguments[1 if listing else 2:] for m in read(pathlib.Path(name))]
    ids = [mutant["id"] for mutant in mutants]
    for name in ids:
        if ids.count(name) > 1:
            fail(f"{name} stands twice")
    by_file = {}
    for number, mutant in enumerate(mutants):
        by_file.setdefault(mutant["file"], []).append((number, mutant))
    if listing:
        print("\n".join(by_file))
        return
    output = pathlib.Path(arguments[1])
    for name, own in by_file.items():
        write_if_changed(output / name, mutate((source / name).read_text(), own))
    write_if_changed(output / "table.cpp", table(mutants))


if __name__ == "__main__":
    main()
