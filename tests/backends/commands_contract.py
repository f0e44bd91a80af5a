"""What every way of reaching a cluster must do with commands and files on its head; see `contract` for how to join."""

from __future__ import annotations

from pathlib import Path

import pytest
from words import ended, says

from raymon_tui.backends.base import Backend
from raymon_tui.backends.errors import TimedOutError, UnreachableError, UnsupportedError

PATIENCE_S = 60.0
NUMBERS = b"".join(f"{number:09d}\n".encode() for number in range(100))


class CommandsContract:
    """For ways that can run commands on the head, and read its files."""

    @pytest.fixture
    def head_file(self, tmp_path: Path) -> Path:
        """A file on the head that holds a thousand bytes, each of which tells its place."""
        path = tmp_path / "numbers with a blank, a 'quote' and $HOME.txt"
        path.write_bytes(NUMBERS)
        return path

    async def test_a_command_gives_its_output_its_complaints_and_its_code(self, backend: Backend) -> None:
        done = await backend.run(("sh", "-c", "echo out; echo err >&2; exit 3"))
        assert (done.returncode, done.stdout, done.stderr) == (3, b"out\n", b"err\n")

    async def test_words_of_a_command_reach_it_as_they_are(self, backend: Backend) -> None:
        words = ("two words", "$HOME", "`id`", "a'b", 'a"b', "*", "", "ü", "-n", "a\nb", "\\", "; exit 9")
        done = await backend.run(("printf", "%s|", *words))
        assert done.stdout.decode() == "".join(f"{word}|" for word in words)

    async def test_a_command_that_reads_its_input_finds_it_empty(self, backend: Backend) -> None:
        assert (await backend.run(("cat",), timeout_s=PATIENCE_S)).stdout == b""

    async def test_output_beyond_the_limit_is_thrown_away_and_the_command_goes_on(self, backend: Backend) -> None:
        script = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 7"
        done = await backend.run(("sh", "-c", script), limit=1000)
        assert (len(done.stdout), len(done.stderr), done.returncode) == (1000, 1000, 7)

    async def test_a_command_that_takes_too_long_is_ended(self, backend: Backend, tmp_path: Path) -> None:
        pid_file = tmp_path / "pid"
        with pytest.raises(TimedOutError) as caught:
            await backend.run(("sh", "-c", f"echo $$ > '{pid_file}'; exec sleep 600"), timeout_s=2.0)
        says(caught.value, "sh")
        await ended(int(pid_file.read_text()))

    async def test_a_program_that_is_not_there_is_told_by_its_name(self, backend: Backend) -> None:
        with pytest.raises(UnreachableError) as caught:
            await backend.run(("no-such-program", "--help"))
        says(caught.value, "no-such-program")

    async def test_a_word_that_no_command_can_be_given_is_told_in_words(self, backend: Backend) -> None:
        with pytest.raises(UnreachableError) as caught:
            await backend.run(("printf", "nul\0byte"))
        says(caught.value, "printf")

    async def test_a_command_of_no_words_is_told(self, backend: Backend) -> None:
        with pytest.raises(UnreachableError) as caught:
            await backend.run(())
        says(caught.value, "run")

    async def test_a_part_of_a_file_is_read(self, backend: Backend, head_file: Path) -> None:
        assert await backend.read(str(head_file)) == NUMBERS
        assert await backend.read(str(head_file), 10, 20) == b"000000001\n000000002\n"
        assert await backend.read(str(head_file), 995, 100) == b"0099\n"

    async def test_the_end_of_a_file_is_read(self, backend: Backend, head_file: Path) -> None:
        assert await backend.read(str(head_file), -20) == b"000000098\n000000099\n"
        assert await backend.read(str(head_file), -20, 5) == b"00000"
        assert await backend.read(str(head_file), -5000) == NUMBERS

    async def test_nothing_stands_behind_the_end_of_a_file(self, backend: Backend, head_file: Path) -> None:
        assert await backend.read(str(head_file), 1000) == b""
        assert await backend.read(str(head_file), 5000) == b""
        assert await backend.read(str(head_file), 0, 0) == b""

    async def test_bytes_of_a_file_come_as_they_are(self, backend: Backend, tmp_path: Path) -> None:
        path, data = tmp_path / "bytes", bytes(range(256)) * 2000
        path.write_bytes(data)
        assert await backend.read(str(path), 0, 1 << 20) == data

    @pytest.mark.parametrize("name", ["missing", ".", "nul\0byte"])
    async def test_a_file_that_cannot_be_read_is_told_in_words(
        self, backend: Backend, tmp_path: Path, name: str
    ) -> None:
        with pytest.raises(UnreachableError) as caught:
            await backend.read(f"{tmp_path}/{name}")
        says(caught.value, str(tmp_path))


class NoCommandsContract:
    """For ways that cannot."""

    async def test_without_a_way_to_run_commands_it_says_what_to_do_instead(self, backend: Backend) -> None:
        with pytest.raises(UnsupportedError) as no_run:
            await backend.run(("uptime",))
        with pytest.raises(UnsupportedError) as no_read:
            await backend.read("/etc/hostname")
        says(no_run.value, "uptime")
        says(no_read.value, "/etc/hostname")
