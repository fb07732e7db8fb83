"""What is sealed opens for those with the key, in its own place, and for nobody when the key is gone."""

import base64
from uuid import uuid4

import pytest

from chassis import sealing
from chassis.envelope import new_id
from chassis.outbox import dumps
from contracts import Sealed
from helpers import Keys
from places import Place
from processes import until
from tally.events import Counted, Secret, Told

CANARY = "Kanariefågel 070-1234567"


def told(subject: object) -> Told:
    return Told(counter_id=subject, secret=Sealed.of(subject, Secret(text=CANARY)))


def test_a_seal_holds_nothing_of_what_it_seals_and_opens_with_its_key() -> None:
    subject, event_id, key = uuid4(), new_id(), sealing.new_key()
    sealed = sealing.sealed(told(subject), event_id, {subject: key})
    assert CANARY not in sealed.model_dump_json()
    assert CANARY.encode() not in base64.b64decode(sealed.secret.ciphertext or "")
    assert sealing.opened(sealed, event_id, {subject: key}) == told(subject)


def test_the_same_words_sealed_twice_do_not_look_alike() -> None:
    subject, event_id, keys = uuid4(), new_id(), {}
    keys[subject] = sealing.new_key()
    first, second = (sealing.sealed(told(subject), event_id, keys).secret.ciphertext for _ in range(2))
    assert first != second


def test_without_the_key_a_seal_stays_shut_and_is_no_error() -> None:
    subject, event_id = uuid4(), new_id()
    sealed = sealing.sealed(told(subject), event_id, {subject: sealing.new_key()})
    assert sealing.opened(sealed, event_id, {}).secret.value is None
    assert sealing.sealed(told(subject), event_id, {}).secret.ciphertext is None


@pytest.mark.parametrize("moved", ["event", "subject", "key", "text", "short", "not base64"])
def test_a_seal_that_was_moved_or_changed_does_not_open(moved: str) -> None:
    subject, event_id, key = uuid4(), new_id(), sealing.new_key()
    text = sealing.seal(key, b"secret", sealing.place(subject, event_id))
    place = sealing.place(uuid4() if moved == "subject" else subject, new_id() if moved == "event" else event_id)
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= moved == "text"
    changed = {"short": "AAAA", "not base64": "%%%"}.get(moved, base64.b64encode(raw).decode())
    with pytest.raises(sealing.Tampered):
        sealing.open_sealed(sealing.new_key() if moved == "key" else key, changed, place)


async def say(place: Place, keys: Keys, *subjects: object) -> None:
    async with place.database(keys) as database, database.transaction() as tx:
        tx.publish(*(told(subject) for subject in subjects))


async def secrets(place: Place) -> dict[object, str | None]:
    return {row["id"]: row["secret"] for row in await place.fetch("select id, secret from told")}


async def test_a_consumer_with_the_key_hears_it_opened_and_with_the_key_gone_hears_none(place: Place) -> None:
    keys, kept, erased = Keys(), uuid4(), uuid4()
    await say(place, keys, kept, erased)
    keys.forget(erased)
    async with place.relaying(), place.listening(keys):

        async def heard() -> bool:
            return len(await secrets(place)) == 2

        await until(heard)
    assert await secrets(place) == {kept: CANARY, erased: None}
    assert await place.value("select count(*) from parked") == 0


async def test_a_consumer_that_is_granted_nothing_hears_it_shut(place: Place) -> None:
    subject = uuid4()
    await say(place, Keys(), subject)
    async with place.flowing():

        async def heard() -> bool:
            return bool(await secrets(place))

        await until(heard)
    assert await secrets(place) == {subject: None}


async def test_a_changed_or_moved_seal_is_parked_and_what_it_hides_is_told_nowhere(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, changed, moved, well = Keys(), uuid4(), uuid4(), uuid4()
    await say(place, keys, changed, moved, well)
    rows = {row["key"]: Told.model_validate_json(row["payload"]) for row in await place.fetch("select * from outbox")}
    other = sealing.sealed(told(moved), new_id(), await keys.get([moved]))
    text = base64.b64decode(rows[str(changed)].secret.ciphertext or "")
    broken = Sealed(subject=changed, ciphertext=base64.b64encode(text[:-1] + bytes([text[-1] ^ 1])).decode())
    for key, seal in ((changed, broken.model_dump()), (moved, other.secret.model_dump())):
        payload = dumps({"counter_id": key, "secret": seal}).encode()
        await place.fetch("update outbox set payload = $2 where key = $1", str(key), payload)
    async with place.relaying(), place.listening(keys):

        async def parked() -> bool:
            return await place.value("select count(*) from parked") == 2

        await until(parked)
    assert await secrets(place) == {well: CANARY}
    assert {r["error"] for r in await place.fetch("select error from parked")} == {
        "Told: a seal that its key does not open"
    }
    assert CANARY not in capsys.readouterr().out


def test_an_event_without_seals_is_left_as_it_is() -> None:
    event = Counted(counter_id=uuid4(), total=1)
    assert sealing.sealed(event, new_id(), {}) is event
