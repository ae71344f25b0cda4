"""The tidy rules: what no linter checks, each a pure function from files to complaints.

A rule looks at one file (`RULES`) or at the whole tree (`TREE_RULES`) and yields one line for
each thing that is wrong. Adding a rule is a function, a line in the tuple, a planted violation in
`test_planted.py`. An exception from a rule stands in `LEAVES`, with its reason.
"""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

CORE = (
    "compliance",
    "decision",
    "kernel",
    "ledger",
    "lines",
    "pricing",
    "servicing",
    "terms",
)
FILE_BYTES_MAX = 500_000
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

LEAVES: Mapping[tuple[str, str], str] = {}
"""(rule, path) → why that file may do what the rule forbids."""


@dataclass(frozen=True)
class File:
    """One tracked file: its path from the root, with forward slashes, and what it holds."""

    path: str
    raw: bytes

    @cached_property
    def text(self) -> str:
        """The text, or nothing for a binary file."""
        try:
            return self.raw.decode()
        except UnicodeDecodeError:
            return ""

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of a Python file, the module first; none for any other file."""
        return tuple(ast.walk(ast.parse(self.text))) if self.path.endswith(".py") else ()

    @property
    def in_source(self) -> bool:
        """Whether this is part of the package."""
        return self.path.startswith("src/twinline/")

    @property
    def in_core(self) -> bool:
        """Whether this belongs to the packages that are values in, values out."""
        return self.in_source and PurePosixPath(self.path).parts[2] in CORE

    def at(self, node: ast.AST) -> str:
        """Return where a node stands."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
        """Yield the place and the words of each match in the text."""
        for number, line in enumerate(self.text.splitlines(), 1):
            for found in pattern.finditer(line):
                yield f"{self.path}:{number}", found[0]


def complaints(files: Mapping[str, File]) -> Iterator[str]:
    """Yield what is untidy in a tree, files by path."""
    for rule in RULES:
        for file in files.values():
            if (rule.__name__, file.path) not in LEAVES:
                yield from rule(file)
    for tree_rule in TREE_RULES:
        yield from tree_rule(files)


# Exactness and purity of the core: builtins that import contracts and ruff cannot see.

_INEXACT = {"float": "use whole numbers or Fraction", "round": "name a rule of kernel.rounding"}
_EXACT_MATH = {"comb", "factorial", "gcd", "isqrt", "lcm", "perm", "prod"}
_IMPURE = {"input", "open", "print"}


def core_is_exact(file: File) -> Iterator[str]:
    """No float in the core: no such name, literal, true division or function of `math`."""
    if not file.in_core:
        return
    refused = {id(node) for asked in file.nodes for node in _types_asked_for(asked)}
    for node in file.nodes:
        match node:
            case ast.Name(id=name) if name in _INEXACT and id(node) not in refused:
                yield f"{file.at(node)}: {name} in the core, {_INEXACT[name]}"
            case ast.Constant(value=float() as value):
                yield f"{file.at(node)}: float literal {value} in the core"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield f"{file.at(node)}: true division in the core, use kernel.rounding.divide"
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in _EXACT_MATH:
                yield f"{file.at(node)}: math.{name} in the core is inexact"
            case ast.ImportFrom(module="math", names=names):
                for name in {alias.name for alias in names} - _EXACT_MATH:
                    yield f"{file.at(node)}: math.{name} in the core is inexact"
            case _:
                pass


def _types_asked_for(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the types a node only tests for: refusing a float is not computing with one."""
    match node:
        case ast.MatchClass(cls=asked):
            yield asked
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, asked]):
            yield from ast.walk(asked)
        case _:
            pass


def core_is_pure(file: File) -> Iterator[str]:
    """No builtin that reaches outside the program in the core."""
    for node in file.nodes if file.in_core else ():
        if isinstance(node, ast.Name) and node.id in _IMPURE:
            yield f"{file.at(node)}: {node.id} in the core, which touches nothing outside"


# Size and names.


def functions_are_short(file: File) -> Iterator[str]:
    """A function fits a screen."""
    for node in file.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{file.at(node)}: {node.name} has {lines} lines"


def source_files_are_short(file: File) -> Iterator[str]:
    """A source file is read in one sitting."""
    lines = file.text.count("\n")
    if file.in_source and file.path.endswith(".py") and lines > FILE_LINES_MAX:
        yield f"{file.path}: {lines} lines"


def files_are_small(file: File) -> Iterator[str]:
    """Nothing bulky is tracked."""
    if len(file.raw) > FILE_BYTES_MAX:
        yield f"{file.path}: {len(file.raw):,} bytes"


_VAGUE = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}


def modules_are_named_for_what_they_hold(file: File) -> Iterator[str]:
    """No drawer for odds and ends."""
    for name in {PurePosixPath(part).stem for part in PurePosixPath(file.path).parts} & _VAGUE:
        if file.path.endswith(".py"):
            yield f"{file.path}: {name} says nothing about what it holds"


# Words.


def public_names_are_explained(file: File) -> Iterator[str]:
    """Every module, public class, public function and public method has a docstring."""
    for module in file.nodes[:1] if file.in_source else ():
        assert isinstance(module, ast.Module)
        if not ast.get_docstring(module):
            yield f"{file.path}: the module has no docstring"
        yield from _unexplained(file, module.body)


_EXPLAINED = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _unexplained(file: File, body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield public names of a body without docstring; what is inside a function is its own."""
    for node in body:
        if not isinstance(node, _EXPLAINED) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{file.at(node)}: {node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            yield from _unexplained(file, node.body)


def tests_say_what_must_hold(file: File) -> Iterator[str]:
    """Every test function has a docstring."""
    for node in file.nodes if file.path.startswith("tests/") else ():
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test_")
            and not ast.get_docstring(node)
        ):
            yield f"{file.at(node)}: {node.name} does not say what must hold"


_EXPECTS = re.compile(r"^(?:(?:if|or) +\w+ +)?expect ", re.MULTILINE)


def tests_assert_in_sight(file: File) -> Iterator[str]:
    """Every test has an assert or a `raises` of its own, or tells a story that expects something.

    What a function called by a test asserts does not count: nobody sees there what must hold.
    """
    for node in file.nodes if file.path.startswith("tests/") else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            node.name.startswith("test_") and not _asserts(node)
        ):
            yield f"{file.at(node)}: {node.name} asserts nothing in sight"


def _asserts(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    told = ast.get_docstring(test)
    if told and len(test.body) == 1:
        return _EXPECTS.search(told) is not None
    raises = (
        node.func.attr == "raises"
        for node in ast.walk(test)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )
    return any(raises) or any(isinstance(node, ast.Assert) for node in ast.walk(test))


_MARKERS = re.compile(r"\b(?:TO[D]O|FIX[M]E|X{3}|HA[C]K|NotImplemented[E]rror)\b")


def nothing_is_left_undone(file: File) -> Iterator[str]:
    """No marker of unfinished work; what is open stands in an issue."""
    for place, words in file.matches(_MARKERS):
        yield f"{place}: {words}"


# What ties the project to one machine.

HOSTS = tuple(
    f"{name}.{zone}"
    for name, zone in (
        ("crates", "io"),
        ("debian", "org"),
        ("npmjs", "com"),
        ("npmjs", "org"),
        ("pypi", "org"),
        ("pythonhosted", "org"),
    )
)
_HOST = re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE)
_MACHINE_PATH = re.compile(r"(?<![\w.})-])/(?:home|root|work)/")


def no_machine_is_named(file: File) -> Iterator[str]:
    """No absolute path of somebody's machine."""
    for place, words in file.matches(_MACHINE_PATH):
        yield f"{place}: {words} is a path on one machine"


def no_registry_is_named(file: File) -> Iterator[str]:
    """No package registry and no lock file that names one: which index, its user decides."""
    for place, words in file.matches(_HOST):
        yield f"{place}: {words} is a package registry"
    if PurePosixPath(file.path).name in {"uv.lock", "poetry.lock", "Pipfile.lock"}:
        yield f"{file.path}: a lock file that names an index; requirements/ is the lock"


_PIN = re.compile(
    r"[A-Za-z0-9._\[\]-]+==[A-Za-z0-9.+!]+(?: ; [^;@:/]+)?(?: --hash=sha256:\w{64})+"
)


def requirements_are_pinned(file: File) -> Iterator[str]:
    """Every line of a requirements file is one release with its hashes and nothing else."""
    if not fnmatch(file.path, "requirements/*.txt"):
        return
    for line in re.sub(r"\s*\\\n\s*", " ", file.text).splitlines():
        if not _PIN.fullmatch(line):
            yield f"{file.path}: {line[:80]!r} is not a pinned release with hashes"


_SWALLOWED = re.compile(r"\|\|\s*(?:true\b|:(?=\s|$))")


def failures_are_not_swallowed(file: File) -> Iterator[str]:
    """No command whose failure is hidden."""
    for place, words in file.matches(_SWALLOWED):
        yield f"{place}: {words} hides a failure"


# Documents that claim something about the tree.

_GROUPS = {"Correctness", "Features", "Compliance", "Performance", "Removed"}
_RELEASE = re.compile(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}")


def changelog_keeps_its_form(file: File) -> Iterator[str]:
    """Unreleased first, then dated releases, entries grouped by effect for the lender."""
    if file.path != "CHANGELOG.md":
        return
    headings = [line for line in file.text.splitlines() if line.startswith("#")]
    if headings[:2] != ["# Changelog", "## [Unreleased]"]:
        yield f"{file.path}: does not open with '# Changelog' and '## [Unreleased]'"
    for heading in headings[2:]:
        if heading.removeprefix("### ") not in _GROUPS and not _RELEASE.fullmatch(heading):
            yield f"{file.path}: {heading!r} is neither a dated release nor a known group"


def adapters_are_all_independent(files: Mapping[str, File]) -> Iterator[str]:
    """The independence contract covers every adapter there is."""
    patterns = [
        pattern
        for contract in _contracts(files)
        if contract["type"] == "independence"
        for pattern in contract["modules"]
    ]
    for package in sorted(_packages(files, "src/twinline/adapters/")):
        if not any(fnmatch(f"twinline.adapters.{package}", pattern) for pattern in patterns):
            yield f"pyproject.toml: adapters/{package} is in no independence contract"


def architecture_maps_every_package(files: Mapping[str, File]) -> Iterator[str]:
    """ARCHITECTURE.md has a line for each package and says truly which are still empty."""
    rows = [line for line in _text(files, "ARCHITECTURE.md").splitlines() if line.startswith("|")]
    for package in sorted(_packages(files, "src/twinline/")):
        named = [row for row in rows if row.startswith(f"| `{package}/` |")]
        if len(named) != 1:
            yield f"ARCHITECTURE.md: {package}/ has {len(named)} lines in the map of packages"
            continue
        inside = [path for path in files if path.startswith(f"src/twinline/{package}/")]
        empty = all(path.endswith("__init__.py") for path in inside)
        if empty != ("*empty room*" in named[0]):
            yield f"ARCHITECTURE.md: {package}/ is {'' if empty else 'not '}an empty room"


def architecture_draws_the_contract(files: Mapping[str, File]) -> Iterator[str]:
    """The picture of import direction in ARCHITECTURE.md shows the layers of the contract."""
    for contract in _contracts(files):
        if contract["type"] == "layers":
            picture = "\n".join(layer.strip("()") for layer in contract["layers"])
            if f"```\n{picture}\n```" not in _text(files, "ARCHITECTURE.md"):
                yield "ARCHITECTURE.md: the picture of import direction differs from the contract"


def _contracts(files: Mapping[str, File]) -> list[dict[str, list[str] | str]]:
    settings = tomllib.loads(_text(files, "pyproject.toml"))
    contracts: list[dict[str, list[str] | str]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def _packages(files: Mapping[str, File], under: str) -> set[str]:
    inside = (path.removeprefix(under) for path in files if path.startswith(under))
    return {path.split("/")[0] for path in inside if path.count("/")}


def _text(files: Mapping[str, File], path: str) -> str:
    return files[path].text if path in files else ""


RULES: tuple[Callable[[File], Iterator[str]], ...] = (
    core_is_exact,
    core_is_pure,
    functions_are_short,
    source_files_are_short,
    files_are_small,
    modules_are_named_for_what_they_hold,
    public_names_are_explained,
    tests_say_what_must_hold,
    tests_assert_in_sight,
    nothing_is_left_undone,
    no_machine_is_named,
    no_registry_is_named,
    requirements_are_pinned,
    failures_are_not_swallowed,
    changelog_keeps_its_form,
)
TREE_RULES: tuple[Callable[[Mapping[str, File]], Iterator[str]], ...] = (
    adapters_are_all_independent,
    architecture_maps_every_package,
    architecture_draws_the_contract,
)
