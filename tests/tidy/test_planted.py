"""What the tidy rules, the import contracts and the bans exist to catch is caught."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.tidy import rules
from tests.tidy.rules import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {
    contract["id"]: contract["name"] for contract in SETTINGS["tool"]["importlinter"]["contracts"]
}
TOOLS = Path(sys.executable).parent
HASH = "--hash=sha256:" + "0" * 64


class Planted(NamedTuple):
    """A rule, a file that breaks it, and the same file without the fault."""

    rule: Callable[[File], Iterator[str]]
    path: str
    bad: str
    good: str


PLANTED = (
    Planted(rules.core_is_exact, "src/twinline/kernel/a.py", "float('1')", "int('1')"),
    Planted(rules.core_is_exact, "src/twinline/kernel/a.py", "x: float", "x: int"),
    Planted(rules.core_is_exact, "src/twinline/terms/a.py", "round(x)", "divide(x, 2, DOWN)"),
    Planted(rules.core_is_exact, "src/twinline/pricing/a.py", "x = 0.5", "x = 1"),
    Planted(rules.core_is_exact, "src/twinline/ledger/a.py", "x / y", "x // y"),
    Planted(rules.core_is_exact, "src/twinline/lines/a.py", "x /= y", "x //= y"),
    Planted(rules.core_is_exact, "src/twinline/decision/a.py", "math.sqrt(2)", "math.isqrt(2)"),
    Planted(
        rules.core_is_exact,
        "src/twinline/decision/a.py",
        "from math import isqrt, log",
        "from math import isqrt",
    ),
    Planted(
        rules.core_is_exact,
        "src/twinline/servicing/a.py",
        "float(x)",
        "isinstance(x, float | int)\nmatch x:\n    case float():\n        pass",
    ),
    Planted(
        rules.core_is_pure, "src/twinline/compliance/a.py", "open('a')", "print_ = opening = 1"
    ),
    Planted(
        rules.functions_are_short,
        "tests/test_a.py",
        "def f():\n" + "    x = 1\n" * 70,
        "def f():\n" + "    x = 1\n" * 69,
    ),
    Planted(rules.source_files_are_short, "src/twinline/a.py", "x = 1\n" * 601, "x = 1\n" * 600),
    Planted(rules.files_are_small, "docs/a.svg", "x" * 500_001, "x" * 500_000),
    Planted(
        rules.modules_are_named_for_what_they_hold,
        "src/twinline/app/utils.py",
        "x = 1",
        "",
    ),
    Planted(rules.public_names_are_explained, "src/twinline/a.py", "x = 1", "'''What a is.'''"),
    Planted(
        rules.public_names_are_explained,
        "src/twinline/a.py",
        "'''A.'''\nclass A:\n    pass",
        "'''A.'''\nclass A:\n    '''What A is.'''",
    ),
    Planted(
        rules.public_names_are_explained,
        "src/twinline/a.py",
        "'''A.'''\nasync def f():\n    pass",
        "'''A.'''\ndef _f():\n    pass",
    ),
    Planted(
        rules.tests_say_what_must_hold,
        "tests/unit/test_a.py",
        "def test_a():\n    pass",
        "def test_a():\n    '''It holds.'''",
    ),
    Planted(
        rules.tests_assert_in_sight,
        "tests/unit/test_a.py",
        "def test_a():\n    assert_sound(made())",
        "def test_a():\n    assert sound(made())",
    ),
    Planted(
        rules.tests_assert_in_sight,
        "tests/unit/test_a.py",
        "async def test_a():\n    with suppress(Fault):\n        made()",
        "async def test_a():\n    with pytest.raises(Fault):\n        made()",
    ),
    Planted(
        rules.tests_assert_in_sight,
        "tests/unit/test_a.py",
        '@story\ndef test_a():\n    """Told.\n\n    draw d1 100\n    """',
        '@story\ndef test_a():\n    """Told.\n\n    if d1  expect use 100\n    """',
    ),
    Planted(rules.nothing_is_left_undone, "docs/a.md", "TO" + "DO: say it", "to do"),
    Planted(
        rules.nothing_is_left_undone,
        "src/twinline/a.py",
        "raise NotImplemented" + "Error",
        "return NotImplemented",
    ),
    Planted(rules.no_machine_is_named, "README.md", "see /ho" + "me/ann/book", "see home/ann"),
    Planted(rules.no_machine_is_named, "Makefile", "cd /wo" + "rk/x", "cd frame/work/x"),
    Planted(
        rules.no_registry_is_named,
        "docs/a.md",
        f"from https://{rules.HOSTS[0]}/simple",
        "from a package index",
    ),
    Planted(
        rules.requirements_are_pinned, "requirements/run.txt", "tqdm>=4", f"tqdm==4.70.1 {HASH}"
    ),
    Planted(
        rules.requirements_are_pinned,
        "requirements/run.txt",
        "tqdm==4.70.1",
        f"tqdm==4.70.1 ; sys_platform == 'win32' \\\n    {HASH} \\\n    {HASH}",
    ),
    Planted(
        rules.requirements_are_pinned,
        "requirements/dev.txt",
        f"--index-url https://index.example\ntqdm==4.70.1 {HASH}",
        f"tqdm==4.70.1 {HASH}\n",
    ),
    Planted(
        rules.requirements_are_pinned,
        "requirements/dev.txt",
        f"tqdm @ https://index.example/tqdm.whl {HASH}",
        f"tqdm==4.70.1 {HASH}",
    ),
    Planted(rules.failures_are_not_swallowed, ".ci/run", "make test |" + "| true", "make test"),
    Planted(
        rules.changelog_keeps_its_form,
        "CHANGELOG.md",
        "# Changelog\n## [1.0.0] - 2026-01-01\n",
        "# Changelog\n## [Unreleased]\n### Features\n## [1.0.0] - 2026-01-01\n### Correctness\n",
    ),
    Planted(
        rules.changelog_keeps_its_form,
        "CHANGELOG.md",
        "# Changelog\n## [Unreleased]\n### Fixed\n",
        "# Changelog\n## [Unreleased]\n### Removed\n",
    ),
)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.rule.__name__)
def test_a_planted_fault_is_found(planted: Planted) -> None:
    """A rule complains about the file that breaks it, naming the place."""
    found = list(planted.rule(File(planted.path, planted.bad.encode())))

    assert found
    assert all(complaint.startswith(planted.path) for complaint in found)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.rule.__name__)
def test_without_the_fault_the_rule_is_silent(planted: Planted) -> None:
    """The same file without its fault draws no complaint from the rule."""
    path = planted.path.replace("utils", "limits")

    assert list(planted.rule(File(path, planted.good.encode()))) == []


def test_a_lock_file_is_found() -> None:
    """A lock file that names an index is refused by its name alone."""
    assert list(rules.no_registry_is_named(File("uv.lock", b"")))


def test_exactness_binds_the_core_alone() -> None:
    """Statistics outside the core may use floats."""
    assert list(rules.core_is_exact(File("src/twinline/portfolio/a.py", b"x = 1 / 2.0"))) == []


def test_every_file_rule_has_a_planted_fault() -> None:
    """A rule nobody has seen complain is not a rule."""
    assert {planted.rule for planted in PLANTED} == set(rules.RULES)


LAYERS = """
[[tool.importlinter.contracts]]
type = "layers"
layers = ["(wiring)", "app", "kernel"]
[[tool.importlinter.contracts]]
type = "independence"
modules = ["twinline.adapters.cli"]
"""
MAP = """
| `kernel/` | arithmetic |
| `app/` | use cases; *empty room* |
| `adapters/` | the outside |
```
wiring
app
kernel
```
"""


def house(**changed: str) -> dict[str, File]:
    """Return a small tidy tree, with some files changed."""
    texts = {
        "pyproject.toml": LAYERS,
        "ARCHITECTURE.md": MAP,
        "src/twinline/__init__.py": "",
        "src/twinline/kernel/money.py": "",
        "src/twinline/app/__init__.py": "",
        "src/twinline/adapters/cli/main.py": "",
    }
    return {path: File(path, text.encode()) for path, text in (texts | changed).items()}


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("src/twinline/adapters/http/a.py", "", "adapters/http is in no independence contract"),
        ("src/twinline/sim/a.py", "", "sim/ has 0 lines"),
        ("src/twinline/app/a.py", "", "app/ is not an empty room"),
        (
            "ARCHITECTURE.md",
            MAP.replace("arithmetic", "*empty room*"),
            "kernel/ is not an empty room",
        ),
        ("ARCHITECTURE.md", MAP.replace("app\nkernel", "kernel\napp"), "picture"),
        ("ARCHITECTURE.md", "", "picture"),
    ],
)
def test_a_claim_about_the_tree_is_held_to_it(path: str, text: str, complaint: str) -> None:
    """A page or contract that no longer fits the tree is complained about."""
    files = house(**{path: text})
    found = [line for rule in rules.TREE_RULES for line in rule(files)]

    assert any(complaint in line for line in found)


def test_a_true_claim_about_the_tree_is_left_alone() -> None:
    """The small tidy tree draws no complaint from any rule about the whole."""
    assert [line for rule in rules.TREE_RULES for line in rule(house())] == []


class Import(NamedTuple):
    """Imports planted in a copy of the package, and the contracts that must break."""

    broken: set[str]
    planted: dict[str, str]


IMPORTS = {
    "nothing": Import(set(), {}),
    "upward": Import({"direction"}, {"kernel/a.py": "import twinline.terms"}),
    "upward_by_two": Import({"direction"}, {"app/a.py": "from twinline.sim import world"}),
    "decision_lines": Import({"direction"}, {"decision/a.py": "from twinline import lines"}),
    "decision_ledger": Import({"direction"}, {"decision/a.py": "import twinline.ledger"}),
    "unplaced_package": Import({"direction"}, {"stray/__init__.py": ""}),
    "unplaced_module": Import({"direction"}, {"stray.py": ""}),
    "cli_batch": Import({"adapters"}, {"adapters/cli/a.py": "import twinline.adapters.batch"}),
    "new_adapter": Import(
        {"adapters"},
        {"adapters/fax/__init__.py": "", "adapters/fax/a.py": "import twinline.adapters.cli"},
    ),
    "core_time": Import({"pure-core"}, {"pricing/a.py": "import time"}),
    "core_path": Import({"pure-core"}, {"compliance/a.py": "from pathlib import Path"}),
    "core_random": Import({"pure-core"}, {"decision/a.py": "from random import Random"}),
    "core_template": Import({"pure-core"}, {"lines/a.py": "def f():\n    import jinja2"}),
    "app_numpy": Import({"columns"}, {"app/a.py": "import numpy as np"}),
    "core_pandas": Import({"columns"}, {"decision/scalar.py": "import pandas"}),
    "columns_numpy": Import(set(), {"decision/columns.py": "import numpy"}),
    "portfolio_polars": Import(set(), {"portfolio/a.py": "import polars"}),
    "app_trees": Import({"learning"}, {"app/a.py": "import lightgbm"}),
    "portfolio_bins": Import({"learning"}, {"portfolio/a.py": "from optbinning import Scorecard"}),
    "training_regression": Import(set(), {"training/a.py": "import numpy, sklearn.svm"}),
    "app_arrow": Import({"arrow"}, {"app/a.py": "import pyarrow.parquet"}),
    "batch_arrow": Import(set(), {"adapters/batch/a.py": "import pyarrow.parquet"}),
    "cycle": Import(
        {"cycles"},
        {"kernel/a.py": "import twinline.kernel.b", "kernel/b.py": "import twinline.kernel.a"},
    ),
}


@pytest.mark.parametrize("case", IMPORTS.values(), ids=IMPORTS)
def test_a_planted_import_breaks_its_contract(case: Import, tmp_path: Path) -> None:
    """The contract that an import violates is reported broken, and no other rule."""
    package = tmp_path / "twinline"
    shutil.copytree(ROOT / "src" / "twinline", package)
    for path, text in case.planted.items():
        (package / path).parent.mkdir(exist_ok=True)
        with (package / path).open("a") as module:
            module.write(f"\n{text}\n")

    linted = subprocess.run(
        [TOOLS / "lint-imports", "--no-cache", "--no-logo", "--config", ROOT / "pyproject.toml"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    broken = set(re.findall(r"^(.+) BROKEN", linted.stdout, re.MULTILINE))
    assert len(re.findall(r" (?:KEPT|BROKEN)", linted.stdout)) == len(CONTRACTS), linted.stdout
    expected = {CONTRACTS[name] for name in case.broken}
    # An upward import can also close a cycle with an import that goes down, as it should.
    closes = {CONTRACTS["cycles"]} if "direction" in case.broken else set()
    assert expected <= broken <= expected | closes, linted.stdout
    assert linted.returncode == (1 if broken else 0)


def test_every_contract_has_a_planted_import() -> None:
    """A contract nobody has seen broken is not a contract."""
    assert set().union(*(case.broken for case in IMPORTS.values())) == set(CONTRACTS)


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\nnow = datetime.datetime.now(datetime.UTC)",
        "from datetime import date\ntoday = date.today()",
        "from uuid import uuid4",
        "import random\nroll = random.random()",
        "import time\nnow = time.time()",
    ],
)
def test_a_planted_reading_of_clock_or_dice_is_banned(source: str) -> None:
    """The linter refuses what takes time, chance or identity from nowhere."""
    linted = subprocess.run(
        [TOOLS / "ruff", "check", "--stdin-filename", "src/twinline/app/a.py", "-"],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "TID251" in linted.stdout
