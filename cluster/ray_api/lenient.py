"""Decoding that expects the worst: what is mistyped takes its default, what is no JSON is an error in words."""

from __future__ import annotations

import json
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import msgspec

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.ray_api.words import spoken

T = TypeVar("T")

_UNREADABLE = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)
_SMALL = 1 << 18
_ADVICE = "Look at the dashboard's own log on the head node (dashboard.log); a proxy in between may also answer for it."


def decode(data: bytes, type_: type[T], *, asked: str = "Ray") -> T:
    """Return `data` as `type_`, mended field by field where it does not fit.

    `asked` names what was asked, for the error. Raises `BadAnswerError` where `data` is no JSON, or JSON of quite
    another shape.
    """
    try:
        return msgspec.json.decode(data, type=type_, strict=False)
    except _UNREADABLE:
        return decode_mended(data, type_, asked=asked)


def decode_mended(data: bytes, type_: type[T], *, asked: str = "Ray") -> T:
    """Do what `decode` does, the slow way that puts up with anything; NaN and Infinity are read as null."""
    try:
        value = _parse(data)
    except _UNREADABLE:
        raise BadAnswerError(f"reading the answer of {asked}", _said_of_no_json(data), _ADVICE) from None
    try:
        return cast("T", mend(value, type_))
    except _UNREADABLE:
        said = f"JSON, but not of the shape that Ray answers with: {spoken(data)}"
        raise BadAnswerError(f"reading the answer of {asked}", said, _ADVICE) from None


def _parse(data: bytes) -> Any:
    if len(data) < _SMALL:
        try:
            return msgspec.json.decode(data)
        except _UNREADABLE:
            pass
    # Calling back into Python at each object lets other threads run: the C scanner alone would hold them all up.
    return json.loads(data, parse_constant=_nothing, object_hook=_unchanged)


def mend(value: Any, type_: Any) -> Any:
    """Return `value` as `type_`, leaving out what does not fit as far as the type allows.

    Raises `msgspec.ValidationError` where nothing of it fits.
    """
    if type_ is msgspec.Raw:
        return msgspec.Raw(json.dumps(value).encode())
    try:
        return msgspec.convert(value, type_, strict=False)
    except _UNREADABLE:
        pass
    origin = get_origin(type_)
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return _mend_struct(value, type_)
    if origin in {Union, UnionType}:
        return _mend_union(value, get_args(type_))
    if isinstance(value, (list, dict)) and origin is not None:
        return _mend_collection(value, origin, get_args(type_))
    if type_ is str and isinstance(value, (int, float)):
        return str(value)
    raise msgspec.ValidationError


def _mend_collection(value: Any, origin: Any, args: tuple[Any, ...]) -> Any:
    if origin is list and isinstance(value, list):
        return _mend_each(value, args[0])
    if origin is tuple and isinstance(value, list):
        if args[-1] is Ellipsis:
            return tuple(_mend_each(value, args[0]))
        return tuple(mend(item, arg) for item, arg in zip(value, args, strict=True))
    if origin is dict and isinstance(value, dict):
        kept = ((key, _mend_each([item], args[1])) for key, item in value.items())
        return {key: items[0] for key, items in kept if items}
    raise msgspec.ValidationError


@cache
def _fields(type_: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(type_)


def _mend_struct(value: Any, type_: type[msgspec.Struct]) -> msgspec.Struct:
    if not isinstance(value, dict):
        raise msgspec.ValidationError
    fields: dict[str, Any] = {}
    for field in _fields(type_):
        item = value.get(field.encode_name)
        if item is None and not field.required:
            continue
        mended = _mend_each([item], field.type)
        if mended:
            fields[field.name] = mended[0]
        elif field.required:
            raise msgspec.ValidationError
    return type_(**fields)


def _mend_union(value: Any, arms: tuple[Any, ...]) -> Any:
    for arm in arms:
        mended = [] if arm is NoneType else _mend_each([value], arm)
        if mended:
            return mended[0]
    if NoneType in arms:
        return None
    raise msgspec.ValidationError


def _mend_each(values: list[Any], type_: Any) -> list[Any]:
    mended = []
    for value in values:
        try:
            mended.append(mend(value, type_))
        except _UNREADABLE:  # noqa: PERF203 - each one stands alone
            continue
    return mended


def _nothing(_constant: str) -> None:
    return None


def _unchanged(found: dict[str, Any]) -> dict[str, Any]:
    return found


def _said_of_no_json(data: bytes) -> str:
    if not data.strip():
        return "an empty answer"
    words = spoken(data)
    if data.lstrip()[:200].lower().startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")):
        return f"an HTML page instead of JSON: {words}"
    if data.lstrip()[:1] in {b"{", b"["}:
        return f"JSON that is broken or cut off after {len(data):,} bytes: {words}"
    return f"no JSON: {words}"
