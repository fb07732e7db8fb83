"""Seals: AES-256-GCM per subject and event. Who has the key reads it; when the key is gone, nobody does, for ever."""

import base64
import secrets
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from contracts import Event, Sealed


class Tampered(ValueError):
    """A ciphertext that this key did not make for this place."""


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def seal(key: bytes, plaintext: bytes, associated: bytes) -> str:
    """Base64 of a fresh 12-byte nonce and the ciphertext."""
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plaintext, associated)).decode()


def open_sealed(key: bytes, sealed: str, associated: bytes) -> bytes:
    """The plaintext. Raises Tampered when text, key or place differ from those of the sealing."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(raw[:12], raw[12:], associated)
    except (ValueError, InvalidTag) as error:
        raise Tampered("the seal does not open") from error


def place(subject: UUID, event_id: UUID) -> bytes:
    """What a seal is bound to: a ciphertext that is moved to another event or subject does not open."""
    return f"{subject}|{event_id}".encode()


def seals_of(value: Any) -> Iterator[Sealed[Any]]:
    """Every seal in an event, however deep."""
    if isinstance(value, Event) and not has_seals(type(value)):
        return
    if isinstance(value, Sealed):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from seals_of(getattr(value, name))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from seals_of(item)


def _rewritten(value: Any, rewrite: Mapping[int, Sealed[Any]]) -> Any:
    if isinstance(value, Sealed):
        return rewrite[id(value)]
    if isinstance(value, BaseModel):
        parts = {name: getattr(value, name) for name in type(value).model_fields}
        return value.model_copy(update={name: _rewritten(part, rewrite) for name, part in parts.items()})
    if isinstance(value, tuple):
        return tuple(_rewritten(item, rewrite) for item in value)
    return value


@cache
def has_seals(kind: type[BaseModel]) -> bool:
    """Whether an event of this kind can hold a seal: most can't, and are spared the walk."""
    return any("Sealed" in str(field.annotation) or _nested(field.annotation) for field in kind.model_fields.values())


def _nested(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return has_seals(annotation)
    return any(_nested(part) for part in get_args(annotation))


def sealed(event: Event, event_id: UUID, keys: Mapping[UUID, bytes]) -> Event:
    """The event with every value sealed; where the subject's key is gone, an empty seal stands."""
    if not has_seals(type(event)):
        return event

    def one(field: Sealed[Any]) -> Sealed[Any]:
        key = keys.get(field.subject)
        if field.value is None or key is None:
            return type(field)(subject=field.subject, ciphertext=None)
        text = field.value.model_dump_json().encode()
        return type(field)(subject=field.subject, ciphertext=seal(key, text, place(field.subject, event_id)))

    return _rewritten(event, {id(field): one(field) for field in seals_of(event)})


def opened(event: Event, event_id: UUID, keys: Mapping[UUID, bytes]) -> Event:
    """The event with the seals opened that these keys open. Raises Tampered."""
    if not has_seals(type(event)):
        return event

    def one(field: Sealed[Any]) -> Sealed[Any]:
        key = keys.get(field.subject)
        if field.ciphertext is None or key is None:
            return field
        plain = open_sealed(key, field.ciphertext, place(field.subject, event_id))
        value = type(field).content().model_validate_json(plain)
        return type(field)(subject=field.subject, ciphertext=field.ciphertext, value=value)

    return _rewritten(event, {id(field): one(field) for field in seals_of(event)})
