"""The program that carries many streams on a head, over its own standard input and output; `relay` sends it there.

Any Python from 3.6 on may run it, from its text alone: so it imports nothing but the standard library, and writes types
of later versions in quotes. What is spoken, in both directions, is frames: kind, stream, length, and that many bytes.
"""

import collections
import contextlib
import functools
import os
import selectors
import socket
import struct
import threading

STARTED = b"\x1eraymon-tui relays\n"
"""Comes before the first frame: a login shell may have printed something."""
HEADER = struct.Struct("!BII")
OPEN, OPENED, FAILED, LATE, DATA, END, CLOSE, TAKEN = range(8)
"""OPEN holds port and host, FAILED and LATE the system's words, TAKEN (4 bytes) how many more may be sent.

END says that no more data comes, CLOSE that the stream is over both ways.
"""
AMOUNT = struct.Struct("!I")
WINDOW = 1 << 20
"""So many bytes of one stream may be under way, either way: one that nobody reads holds up no other."""
CHUNK = 1 << 15
MOST_UNSENT = 1 << 18
CONNECT_WITHIN_S = 4.0


class Stream:
    """A connection from the head, with what waits for it and how much may still be sent of what it says."""

    def __init__(self, number: int, sock: socket.socket) -> None:
        self.number = number
        self.sock = sock
        self.credit = WINDOW
        self.waiting = bytearray()
        self.taken = 0
        self.ended_by_client = self.ended_by_server = False


class Program:
    """Serves every stream on one thread; only connecting, which looks up names, has threads of its own."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.streams = {}  # type: dict[int, Stream | None]
        self.masks = {}  # type: dict[object, int]
        self.unread = bytearray()
        self.unsent = bytearray(STARTED)
        self.connected = collections.deque()  # type: collections.deque[tuple[int, socket.socket | None, int, str]]
        self.woken, self.wake = os.pipe()

    def run(self) -> None:
        """Serve until the other side is gone."""
        for descriptor in (0, 1, self.woken, self.wake):
            os.set_blocking(descriptor, False)
        self.watch(self.woken, selectors.EVENT_READ, self.take_connected)
        while True:
            self.watch(0, selectors.EVENT_READ, self.hear)
            self.watch(1, selectors.EVENT_WRITE if self.unsent else 0, self.speak)
            for stream in list(self.streams.values()):
                if stream is not None:
                    self.watch(stream.sock, self.wanted(stream), functools.partial(self.serve, stream))
            for key, mask in self.selector.select():
                key.data(mask)

    def watch(self, what: "int | socket.socket", mask: int, serve: object) -> None:
        """Have `serve` called when `what` is ready in one of the ways of `mask`."""
        before = self.masks.get(what, 0)
        if mask == before:
            return
        self.masks[what] = mask
        if not mask:
            self.selector.unregister(what)
            del self.masks[what]
        elif before:
            self.selector.modify(what, mask, serve)
        else:
            self.selector.register(what, mask, serve)

    def wanted(self, stream: Stream) -> int:
        """Return what a stream waits for: nothing is read that could not be passed on."""
        may_read = stream.credit > 0 and not stream.ended_by_server and len(self.unsent) < MOST_UNSENT
        return (selectors.EVENT_READ if may_read else 0) | (selectors.EVENT_WRITE if stream.waiting else 0)

    def send(self, kind: int, number: int, data: bytes = b"") -> None:
        """Have a frame sent."""
        self.unsent += HEADER.pack(kind, number, len(data)) + data

    def speak(self, _mask: int) -> None:
        """Send what there is."""
        try:
            del self.unsent[: os.write(1, self.unsent[: 4 * CHUNK])]
        except BlockingIOError:
            pass
        except OSError:
            raise SystemExit from None

    def hear(self, _mask: int) -> None:
        """Do what the frames say that have come; end with whoever sends them."""
        try:
            data = os.read(0, 4 * CHUNK)
        except BlockingIOError:
            return
        if not data:
            raise SystemExit
        self.unread += data
        while len(self.unread) >= HEADER.size:
            kind, number, length = HEADER.unpack_from(self.unread)
            if len(self.unread) < HEADER.size + length:
                return
            data = bytes(self.unread[HEADER.size : HEADER.size + length])
            del self.unread[: HEADER.size + length]
            self.take(kind, number, data)

    def take(self, kind: int, number: int, data: bytes) -> None:
        """Do what one frame says; of a stream that is over there may still be some."""
        if kind == OPEN:
            self.streams[number] = None
            port, _, host = data.decode().partition(" ")
            try:
                threading.Thread(target=self.connect, args=(number, host, int(port)), daemon=True).start()
            except RuntimeError as error:
                del self.streams[number]
                self.send(FAILED, number, str(error).encode())
            return
        stream = self.streams.get(number)
        if kind == CLOSE:
            self.drop(number)
        elif stream is not None and kind == TAKEN:
            stream.credit += AMOUNT.unpack(data)[0]
        elif stream is not None:
            stream.waiting += data
            stream.ended_by_client = stream.ended_by_client or kind == END
            self.serve(stream, selectors.EVENT_WRITE)

    def connect(self, number: int, host: str, port: int) -> None:
        """Connect, on a thread."""
        sock, kind, said = None, FAILED, ""
        try:
            sock = socket.create_connection((host, port), CONNECT_WITHIN_S)
        except (socket.timeout, TimeoutError):  # noqa: UP041 - two classes before Python 3.10
            kind = LATE
        except (OSError, ValueError, OverflowError) as error:
            said = getattr(error, "strerror", None) or str(error)
        self.connected.append((number, sock, kind, said))
        # Where it is full it is of what says the same.
        with contextlib.suppress(BlockingIOError):
            os.write(self.wake, b"\0")

    def take_connected(self, _mask: int) -> None:
        """Tell of the connections that were made, or were not."""
        os.read(self.woken, CHUNK)
        while self.connected:
            number, sock, kind, said = self.connected.popleft()
            if sock is None:
                if self.streams.pop(number, 0) is None:
                    self.send(kind, number, said.encode("utf-8", "replace"))
            elif number not in self.streams:
                sock.close()
            else:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.streams[number] = Stream(number, sock)
                self.send(OPENED, number)

    def serve(self, stream: Stream, mask: int) -> None:
        """Carry what can be carried without waiting."""
        if self.streams.get(stream.number) is not stream:
            return
        try:
            if mask & selectors.EVENT_WRITE:
                self.push(stream)
            if mask & selectors.EVENT_READ:
                self.pull(stream)
        except BlockingIOError:
            pass
        except OSError:
            self.drop(stream.number)
            self.send(CLOSE, stream.number)

    def push(self, stream: Stream) -> None:
        """Carry from here to the server."""
        if stream.waiting:
            sent = stream.sock.send(stream.waiting[: 4 * CHUNK])
            del stream.waiting[:sent]
            stream.taken += sent
            if stream.taken >= WINDOW // 4 or not stream.waiting:
                self.send(TAKEN, stream.number, AMOUNT.pack(stream.taken))
                stream.taken = 0
        if stream.ended_by_client and not stream.waiting:
            stream.sock.shutdown(socket.SHUT_WR)

    def pull(self, stream: Stream) -> None:
        """Carry from the server to here."""
        data = stream.sock.recv(min(CHUNK, stream.credit))
        stream.credit -= len(data)
        stream.ended_by_server = not data
        self.send(DATA if data else END, stream.number, data)

    def drop(self, number: int) -> None:
        """Forget a stream."""
        stream = self.streams.pop(number, None)
        if stream is not None:
            self.watch(stream.sock, 0, None)
            stream.sock.close()


if __name__ == "__main__":
    Program().run()
