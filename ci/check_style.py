#!/usr/bin/env python3
"""Checks the rules of CONTRIBUTING.md that a script can check. Run as a test."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINES, TEST_LINES, COLUMNS, FUNCTION_LINES, PARAMETERS = 500, 700, 100, 70, 4
PURE = re.compile(r"^(operator/(api|manifests|plan|core)|fakekube|fakepatroni|scenarios)/")
BANNED = [
    (re.compile(r"\bco_(await|return|yield)\b"), "no coroutines: g++ 12 destroys aggregate temporaries twice"),
    (re.compile(r"\bstd::(ranges::)?views::"), "no views: clang 14 cannot parse them; use an algorithm or a loop"),
    (re.compile(r"\bsource_location\b"), "no source_location: clang 14 lacks it"),
    (re.compile(r"\bstd::rand\b|\bstd::uniform_\w+_distribution\b|\bstd::shuffle\b"), "use lib/base/random.hpp"),
    (re.compile(r"\bstd::endl\b"), "write '\\n'"),
    (re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b"), "write an issue instead"),
    (re.compile(r"\bDIS" + r"ABLED_"), "a test is run or does not exist"),
]
# Headers that only .cpp files of their own folder include.
INTERNAL = {"lib/http/loop_impl.hpp", "lib/http/socket_connection.hpp"}
BANNED_PURE = [(re.compile(r"\bstd::unordered_"), "ordered containers only: iteration order is seen")]
BANNED_HEADER = [
    (re.compile(r"^\s*using namespace\b"), "no using namespace in a header"),
    (re.compile(r"#include <(boost/(?!container/)|libpq|openssl/|yaml-cpp/)"), "this library stays inside .cpp files"),
]


def tracked():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in names.stdout.split() if (ROOT / name).exists()]


def without_comments_and_texts(text):
    text = re.sub(r'R"(\w*)\((.*?)\)\1"', lambda m: '""' + "\n" * m.group(0).count("\n"), text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"'(\\.|[^'\\\n])'", "' '", text)
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def functions(code):
    """Yields (first line, lines, parameters) of every function body, found by its brace after a closing parenthesis."""
    for match in re.finditer(
            r"\n(?P<indent> {0,8})(?!(?:if|for|while|switch|else|catch|namespace|struct|class|enum|union|do|return|case)\b)"
            r"(?P<head>[A-Za-z_~:][^;{}()#]*\((?P<params>(?:[^(){};]|\([^(){};]*\))*)\)"
            r"(?:\s*(?:const|noexcept|override|final|&|&&))*(?:\s*:\s[^;{}]*(?:\{[^{}]*\}[^;{}]*)*?)?)\s*\{\n", code):
        depth, position = 1, match.end()
        while depth and position < len(code):
            depth += {"{": 1, "}": -1}.get(code[position], 0)
            position += 1
        first = code.count("\n", 0, match.start() + 1) + 1
        # What an overridden function takes is its base's choice.
        parameters = 0 if re.search(r"\)\s*override\s*\{", match.group(0)) else count_parameters(match.group("params"))
        yield first, code.count("\n", match.start() + 1, position) + 1, parameters


def count_parameters(text):
    depth, count = 0, 1 if text.strip() and text.strip() != "void" else 0
    for letter in text:
        depth += {"(": 1, "<": 1, "{": 1, "[": 1, ")": -1, ">": -1, "}": -1, "]": -1}.get(letter, 0)
        count += letter == "," and depth == 0
    return count


def check_cpp(path, text):
    problems = []
    is_test = bool(re.search(r"_test\.(cpp|hpp)$", path))
    lines = text.splitlines()
    limit = TEST_LINES if is_test else LINES
    if len(lines) > limit:
        problems.append(f"{path}: {len(lines)} lines, the limit is {limit}")
    if path.endswith(".hpp") and "#pragma once" not in text:
        problems.append(f"{path}: no #pragma once")
    code = without_comments_and_texts(text)
    rules = BANNED + (BANNED_PURE if PURE.match(path) else []) + (BANNED_HEADER if path.endswith(".hpp") else [])
    for number, (line, bare) in enumerate(zip(lines, code.splitlines() + [""] * len(lines)), 1):
        if len(line) > COLUMNS and "R\"" not in line and "http" not in line:
            problems.append(f"{path}:{number}: {len(line)} columns, the limit is {COLUMNS}")
        for pattern, advice in rules:
            where = line if "issue" in advice or "stays inside" in advice else bare
            if "stays inside" in advice and path in INTERNAL:
                continue
            if pattern.search(where):
                problems.append(f"{path}:{number}: {advice}")
    for first, length, parameters in functions(code):
        if length > FUNCTION_LINES and not is_test:
            problems.append(f"{path}:{first}: a function of {length} lines, the limit is {FUNCTION_LINES}")
        if parameters > PARAMETERS:
            problems.append(f"{path}:{first}: {parameters} parameters, the limit is {PARAMETERS}")
    return problems


def check_names(paths):
    return [f"{path}: file names are snake_case" for path in paths
            if path.endswith((".cpp", ".hpp")) and not re.fullmatch(r"[a-z0-9_]+\.(cpp|hpp)", pathlib.Path(path).name)]


def main():
    paths = [path for path in tracked() if path.endswith((".cpp", ".hpp")) and not path.startswith("build/")]
    problems = check_names(paths)
    for path in paths:
        problems += check_cpp(path, (ROOT / path).read_text())
    print("\n".join(problems))
    print(f"{len(paths)} files, {len(problems)} problems")
    return 1 if problems or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
