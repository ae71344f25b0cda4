from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.example import BESIDE, example, example_files, load
from tests.property.written import COLUMNS, strategies
from twinline.decision.fault import StrategyFault
from twinline.decision.load import content_hash, load_strategy
from twinline.decision.strategy import Strategy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.property.written import Written
    from twinline.decision.fault import Finding

NAMES = sorted(example_files())
NO_LOGIC = {*BESIDE, "reasons.toml", "features.toml", "strategy.toml"}
MEANT = [name for name in NAMES if name not in NO_LOGIC]
WORDS = st.sampled_from(
    [
        "",
        "0",
        "-1",
        "9" * 30,
        "None",
        "else",
        "late_now",
        "law_person_cap_minor",
        "[",
        "\0",
        "，",
        "#",
    ]
)


def loaded(files: Mapping[str, bytes]) -> Strategy | Sequence[Finding]:
    """Return the strategy, or what it is refused for."""
    try:
        return load(files)
    except StrategyFault as fault:
        return fault.findings


def is_one_or_refused(files: Mapping[str, bytes]) -> bool:
    """Return whether a strategy loads, or is refused with place, value and rule."""
    found = loaded(files)
    if isinstance(found, Strategy):
        return True
    return bool(found) and all(each.place and each.value and each.rule for each in found)


@given(st.sampled_from(NAMES), st.binary(max_size=300))
def test_bytes_are_a_strategy_or_refused(name: str, content: bytes) -> None:
    """Whatever stands in a file, loading gives a strategy or findings, nothing else."""
    assert is_one_or_refused(example_files() | {name: content})


@given(st.sampled_from(NAMES), st.data())
def test_a_strategy_with_lines_changed_is_one_or_refused(name: str, data: st.DataObject) -> None:
    """Lines lost, doubled, swapped or cut short give a strategy or findings, nothing else."""
    lines = example_files()[name].decode().splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(lines) - 1, 0)))
        other = data.draw(st.integers(0, max(len(lines) - 1, 0)))
        match data.draw(st.sampled_from(["lose", "double", "swap", "cut", "add"])):
            case "lose":
                lines[at : at + 1] = []
            case "double":
                lines[at:at] = lines[other : other + 1]
            case "swap" if lines:
                lines[at], lines[other] = lines[other], lines[at]
            case "cut" if lines:
                lines[at] = lines[at][: data.draw(st.integers(0, 40))]
            case _:
                lines.insert(at, data.draw(st.text(max_size=30)) + "\n")

    changed = "".join(lines).encode("utf-8", "ignore")
    assert is_one_or_refused(example_files() | {name: changed})


@given(st.sampled_from(NAMES), st.integers(0, 10**6), WORDS)
def test_a_strategy_with_a_word_changed_is_one_or_refused(name: str, at: int, word: str) -> None:
    """Any word replaced by an unlikely one gives a strategy or findings, nothing else."""
    text = example_files()[name].decode()
    found = list(re.finditer(r"\w+", text))
    chosen = found[at % len(found)]

    changed = text[: chosen.start()] + word + text[chosen.end() :]
    assert is_one_or_refused(example_files() | {name: changed.encode()})


@given(st.sampled_from(MEANT), st.integers(0, 10**6), st.sampled_from([-1, 1, 1_000]))
def test_a_number_changed_is_another_logic(name: str, at: int, by: int) -> None:
    """A strategy in which any one number differs has another logic hash, if it loads at all."""
    text = re.sub(r"#.*", "", example_files()[name].decode())
    found = list(re.finditer(r"(?<!\w)\d[\d_]*(?!\w)", text))
    if not found:
        return
    chosen = found[at % len(found)]
    number = str(max(int(chosen[0]) + by, 0))
    changed = text[: chosen.start()] + number + text[chosen.end() :]
    strategy = loaded(example_files() | {name: changed.encode()})

    same = int(number) == int(chosen[0])
    if isinstance(strategy, Strategy):
        assert (strategy.logic_hash == example().logic_hash) == same


@given(strategies(), st.data())
def test_spaces_comments_and_wording_change_no_logic(
    written: Written, data: st.DataObject
) -> None:
    """How a strategy is laid out and worded is not its logic; to its content it is all one."""
    files = dict(written.files)
    for name in data.draw(st.sets(st.sampled_from(sorted(files)), min_size=1)):
        text = files[name].decode()
        if name.endswith(".csv"):
            text = "# a note\n" + text.replace("\n", "\r\n")
        else:
            text = re.sub(r"^(\"\w+\") = ", r"\1   =  ", text, flags=re.MULTILINE)
            text = text.replace("特征", "另一个词").replace("原因", "另一个词") + "# a note\n"
        files[name] = text.encode()
    first, second = (
        load_strategy(each, columns=COLUMNS, currency_scale=written.scale)
        for each in (written.files, files)
    )

    assert first.logic_hash == second.logic_hash
    assert first.content_hash != second.content_hash


def test_the_order_of_keys_is_no_logic() -> None:
    """Keys of a table in another order mean the same."""
    files = example_files()
    tables = files["features.toml"].decode().split("\n\n")
    turned = [
        "\n".join([lines[0], *reversed(lines[1:])])
        if (lines := table.splitlines())[0].startswith("[")
        else table
        for table in tables
    ]
    files["features.toml"] = "\n\n".join([*turned, ""]).encode()

    assert load(files).logic_hash == example().logic_hash


@given(st.sampled_from(NAMES), st.integers(0, 10**6), st.integers(1, 255))
def test_any_byte_changes_the_content(name: str, at: int, by: int) -> None:
    """The content hash is over every byte of every file."""
    files = example_files()
    content = bytearray(files[name])
    content[at % len(content)] ^= by
    assert content_hash(files | {name: bytes(content)}) != content_hash(files)


def test_names_are_part_of_the_content() -> None:
    """The same bytes under another name are another content."""
    files = example_files()
    moved = {f"{name}.txt" if name == "pd.csv" else name: each for name, each in files.items()}

    assert content_hash(moved) != content_hash(files)
