"""The part of a file that was read, taken apart into lines whose places in the file are known. Pure."""

from __future__ import annotations

LONGEST_UNFINISHED = 1 << 16
"""A line that is longer is taken apart, so that it need not be held whole."""
MARK = 64
"""How many of the last bytes are kept, to see whether the file is still the same one."""


class LogText:
    """Bytes `start` to `end` of a file, added to at both ends. The lines themselves are not kept, only their places."""

    def __init__(self, start: int = 0) -> None:
        self.end = start
        self.mark = b""
        self._starts: list[int] = []
        self._unfinished = b""

    @property
    def start(self) -> int:
        """The byte where the first line begins."""
        return self._starts[0] if self._starts else self.end - len(self._unfinished)

    @property
    def unfinished(self) -> str:
        """What is written of the last line, behind the last line break."""
        return decoded(self._unfinished)

    def add_later(self, data: bytes) -> list[str]:
        """Take the bytes behind `end`; return the lines that they complete."""
        place = self.end - len(self._unfinished)
        whole, line_break, rest = (self._unfinished + data).rpartition(b"\n")
        if len(rest) > LONGEST_UNFINISHED:
            whole, rest = whole + line_break + rest, b""
        else:
            whole += line_break
        pieces = _taken_apart(whole)
        for piece in pieces:
            self._starts.append(place)
            place += len(piece)
        self._unfinished = rest
        self.end += len(data)
        self.mark = (self.mark + data)[-MARK:]
        return [_line(piece) for piece in pieces]

    def add_earlier(self, first: int, data: bytes) -> list[str]:
        """Take the bytes from `first` up to `start`; return their whole lines, and leave what stands before these."""
        skipped = 0 if first == 0 else data.find(b"\n") + 1
        if skipped == len(data):
            # One line fills the whole window: a part of it is shown, or nothing before it could ever be reached.
            skipped = 0
        pieces = _taken_apart(data[skipped:])
        starts = []
        place = first + skipped
        for piece in pieces:
            starts.append(place)
            place += len(piece)
        self._starts[:0] = starts
        return [_line(piece) for piece in pieces]

    def let_go(self, count: int) -> None:
        """Forget the first `count` lines, so that they can be read as earlier ones again."""
        del self._starts[:count]

    def line_at(self, offset: int) -> int:
        """Return the place, among the lines that are held, of the line that holds a byte."""
        return max(0, sum(1 for start in self._starts if start <= offset) - 1)


def from_line_start(data: bytes, first: int) -> tuple[bytes, int]:
    """Return a window of a file from its first whole line on, and the byte where that begins."""
    if first == 0:
        return data, 0
    cut = data.find(b"\n") + 1
    return data[cut:], first + cut


def decoded(data: bytes) -> str:
    """Return bytes of a log as text; what is no UTF-8 becomes U+FFFD."""
    return data.decode("utf-8", "replace")


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a log's bytes. Only a line feed ends a line: a carriage return is part of a progress bar."""
    return [_line(piece) for piece in _taken_apart(data)]


def _taken_apart(data: bytes) -> list[bytes]:
    pieces = data.split(b"\n")
    whole = [piece + b"\n" for piece in pieces[:-1]]
    return [*whole, pieces[-1]] if pieces[-1] else whole


def _line(piece: bytes) -> str:
    return decoded(piece.removesuffix(b"\n"))
