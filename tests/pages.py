"""Pages read as a browser would, for tests to look into."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta"}


class Reading(HTMLParser):
    """A page read: open elements, ids, attributes that would load something, and text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.raw: dict[str, str] = {}
        self.text = ""
        self._inside = ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        found = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        self.targets += [
            value for name, value in found.items() if name in {"src", "href", "data", "action"}
        ]
        self._inside = found.get("id", tag) if tag in {"script", "style"} else ""

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last, or fail."""
        assert self.open.pop() == tag, f"</{tag}> closes something else, line {self.getpos()[0]}"
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Keep text, scripts and styles apart."""
        if self._inside:
            self.raw[self._inside] = self.raw.get(self._inside, "") + data
        else:
            self.text += data
