"""XML with line numbers, and with limits on what a hostile file can cost: no document types, so no entities at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from scenes.errors import SceneError

LARGEST_FILE = 64_000_000  # bytes
MOST_ELEMENTS = 4_000_000
DEEPEST = 40


@dataclass(eq=False)
class Element:
    """One element of an XML file."""

    file: str  # name, for errors
    tag: str  # without a namespace prefix
    line: int  # 1-based
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """Children of these tags, in order."""
        return (child for child in self.children if child.tag in tags)

    def maybe(self, tag: str) -> Element | None:
        """First child of a tag, or None."""
        return next(self.all(tag), None)

    def one(self, tag: str) -> Element:
        """First child of a tag.

        Raises:
            SceneError: there is none.
        """
        found = self.maybe(tag)
        if found is None:
            raise self.error(f"<{tag}> is missing")
        return found

    def attribute(self, name: str) -> str:
        """Value of an attribute.

        Raises:
            SceneError: there is none.
        """
        if name not in self.attributes:
            raise self.error(f"attribute {name} is missing")
        return self.attributes[name]

    def integer(self, name: str) -> int:
        """Value of an attribute that is a whole number, such as an id.

        Raises:
            SceneError: it is missing or something else.
        """
        text = self.attribute(name)
        try:
            return int(text)
        except ValueError:
            raise self.error(f"{name} {text!r} is not a whole number") from None

    def number(self, low: float = -1e9, high: float = 1e9, unit: str = "") -> float:
        """The text as a number.

        Args:
            low: least value that makes sense.
            high: greatest.
            unit: for the error.

        Raises:
            SceneError: no number, or outside of the limits.
        """
        return self.limited(self.text, low, high, unit)

    def limited(self, text: str, low: float, high: float, unit: str = "", name: str = "") -> float:
        """A number of this element from its text or an attribute; see `number`."""
        label, unit = (f"{name} " if name else ""), (f" {unit}" if unit else "")
        try:
            value = float(text)
        except ValueError:
            raise self.error(f"{label}{text!r} is not a number") from None
        if not math.isfinite(value) or not low <= value <= high:
            raise self.error(f"{label}{text}{unit} is outside [{low:g}, {high:g}]{unit}")
        return value

    def error(self, problem: str) -> SceneError:
        """An error at this element."""
        name = f"{self.tag} {self.attributes['id']}" if "id" in self.attributes else self.tag
        return SceneError(self.file, problem, path=name, line=self.line)


def read_xml(file: Path) -> Element:
    """Read an XML file.

    Args:
        file: an existing file.

    Returns:
        The root element.

    Raises:
        SceneError: unreadable, too large, not XML, nested too deeply, or with a document type declaration.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise SceneError(file.name, f"is larger than {LARGEST_FILE} bytes")
        data = file.read_bytes()
    except OSError as error:
        raise SceneError(str(file), "is a folder" if file.is_dir() else str(error.strerror)) from None
    parser = expat.ParserCreate()
    builder = _Builder(file.name, parser)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise SceneError(file.name, f"XML: {expat.ErrorString(error.code)}", line=error.lineno) from None
    if builder.root is None:
        raise SceneError(file.name, "XML: no element found", line=1)
    return builder.root


class _Builder:
    """Collects elements while expat reads."""

    def __init__(self, file: str, parser: expat.XMLParserType) -> None:
        self.file, self.parser, self.count = file, parser, 0
        self.root: Element | None = None
        self.open: list[Element] = []
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.refuse
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.data

    def refuse(self, *_: object) -> None:
        problem = "a document type declaration is not read: entities can be hostile"
        raise SceneError(self.file, problem, path="DOCTYPE", line=self.parser.CurrentLineNumber)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        if len(self.open) >= DEEPEST or self.count > MOST_ELEMENTS:
            what = "is nested too deeply" if len(self.open) >= DEEPEST else f"is one of more than {MOST_ELEMENTS}"
            raise SceneError(self.file, what, path=tag, line=line)
        element = Element(self.file, tag.rpartition(":")[2], line, attributes)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _: str) -> None:
        element = self.open.pop()
        element.text = element.text.strip()

    def data(self, text: str) -> None:
        if not self.open[-1].children:  # mixed content has no meaning in these files
            self.open[-1].text += text
