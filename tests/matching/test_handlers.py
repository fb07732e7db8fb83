"""What matching says when it is told things, on a real PostgreSQL."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.batch import Batches
from chassis.memory import remembering
from contracts import Event
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import (
    Awaited,
    HomeNeeds,
    InterestWithdrawn,
    OfferAccepted,
    OfferDeclined,
)
from contracts.matches import (
    AcceptanceTooLate,
    MatchProposed,
    MatchRetracted,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    PlacementFellThrough,
    PlacementMade,
)
from contracts.opportunities import OpportunityClosed, OwnerAnswered, VacancyChanged, VacancyPosted
from contracts.vocabulary import VOCABULARY
from matching import deciding
from matching.domain.proposals import Pair
from matchingsample import adult, changed, dwelling, household, vacancy


def of(kind: type[Event], said: list[Event]) -> list[Any]:
    return [event for event in said if isinstance(event, kind)]


async def proposal(platform: Any, *told: Event) -> MatchProposed:
    """The one proposal these give."""
    await platform.tell(*told)
    (found,) = of(MatchProposed, await platform.said())
    return found


def accepted(offer: OfferMade, person: int = 0) -> OfferAccepted:
    return OfferAccepted(interest_id=offer.interest_id, offer_id=offer.offer_id, person_id=offer.people[person])


def answered(offer: OfferMade, answer: Any = "yes", reason: str | None = None) -> OwnerAnswered:
    return OwnerAnswered(
        opportunity_id=offer.opportunity_id,
        partner_id=offer.partner_id,
        offer_id=offer.offer_id,
        answer=answer,
        reason=reason,
    )


async def test_a_household_and_a_vacancy_that_fit_are_proposed_with_reasons_that_sum(platform: Any) -> None:
    ask, welder = adult(), vacancy()
    found = await proposal(platform, household(ask), welder)
    assert (found.person_id, found.opportunity_id, found.kind) == (ask.person_id, welder.opportunity_id, "job")
    assert found.match_id == Pair(ask.person_id, welder.opportunity_id).match_id
    assert found.reasons.subject == ask.person_id
    reasons = found.reasons.value
    assert reasons is not None
    assert reasons.score == sum(reason.points for reason in reasons.reasons) == 810
    assert found.band == "800-1000"


async def test_it_does_not_matter_who_comes_first(platform: Any) -> None:
    assert await proposal(platform, vacancy(), household())


async def test_who_lives_elsewhere_is_not_proposed(platform: Any) -> None:
    await platform.tell(vacancy())
    await platform.tell(household(), municipality="0380")
    assert await platform.said() == []


async def test_a_job_farther_away_than_somebody_will_travel_is_not_proposed(platform: Any) -> None:
    near, far = vacancy(area="lulea-kronan"), vacancy(area="lulea-ranea")
    assert VOCABULARY.travel["2580", "lulea-ranea"] == 35
    found = await proposal(platform, household(adult(commute_max=30)), near, far)
    assert found.opportunity_id == near.opportunity_id
    await platform.tell(household(adult(commute_max=35)))
    assert {one.opportunity_id for one in of(MatchProposed, await platform.said())} == {
        near.opportunity_id,
        far.opportunity_id,
    }


async def test_an_awaited_adult_is_not_known_here(platform: Any) -> None:
    second = adult("underskoterska", licences=("yrkestitel-underskoterska",))
    first = household(adult()).model_copy(update={"awaited": (Awaited(person_id=second.person_id, language="sv"),)})
    await platform.tell(first, vacancy("underskoterska"))
    assert await platform.said() == []
    await platform.tell(changed(first, adults=(*first.adults, second), awaited=()))
    (found,) = of(MatchProposed, await platform.said())
    assert found.person_id == second.person_id


async def test_a_home_is_proposed_to_the_household_and_asks_every_adult(platform: Any) -> None:
    ask, malva = adult(None), adult(None)
    registered = household(ask, malva, home=HomeNeeds(rooms_min=2))
    found = await proposal(platform, registered, dwelling())
    assert (found.kind, found.person_id, found.reasons.subject) == ("home", None, registered.interest_id)
    offer = await platform.approve(found.match_id)
    assert offer.people == (ask.person_id, malva.person_id)
    await platform.tell(accepted(offer, 0), answered(offer))
    assert of(PlacementMade, await platform.said()) == []
    await platform.tell(accepted(offer, 1))
    assert len(of(PlacementMade, await platform.said())) == 1


async def test_where_a_queue_decides_nothing_is_ever_proposed(platform: Any) -> None:
    await platform.tell(household(adult(None), home=HomeNeeds()), dwelling("queue_bound", how_to_join="Ställ er i kö"))
    assert await platform.said() == []


async def test_both_yes_makes_a_placement_and_the_person_looks_no_more(platform: Any) -> None:
    ask = adult()
    await platform.tell(household(ask), vacancy(), vacancy())
    first, second = of(MatchProposed, await platform.said())
    offer = await platform.approve(first.match_id)
    await platform.said()
    await platform.tell(accepted(offer))
    assert await platform.said() == []
    await platform.tell(answered(offer))
    said = await platform.said()
    (placed,) = of(PlacementMade, said)
    assert (placed.seat, placed.people) == (1, (ask.person_id,))
    assert [(e.match_id, e.reason) for e in of(MatchRetracted, said)] == [(second.match_id, "placed")]
    await platform.tell(vacancy())
    assert await platform.said() == []


async def test_a_placed_persons_other_offers_are_withdrawn(platform: Any) -> None:
    await platform.tell(household(), vacancy(), vacancy())
    offers = [await platform.approve(found.match_id) for found in of(MatchProposed, await platform.said())]
    await platform.said()
    await platform.tell(*(event for offer in offers for event in (accepted(offer), answered(offer))))
    said = await platform.said()
    assert [e.offer_id for e in of(PlacementMade, said)] == [offers[0].offer_id]
    assert [(e.offer_id, e.reason) for e in of(OfferWithdrawn, said)] == [(offers[1].offer_id, "placed")]


async def test_a_no_ends_it_and_the_pair_is_never_proposed_again(platform: Any) -> None:
    registered = household()
    found = await proposal(platform, registered, vacancy())
    offer = await platform.approve(found.match_id)
    await platform.said()
    await platform.tell(answered(offer, "no", "lacks_skill"), accepted(offer))
    assert [(e.side, e.reason) for e in of(PlacementFellThrough, await platform.said())] == [("owner", "lacks_skill")]
    await platform.tell(changed(registered))
    assert await platform.said() == []
    late = await platform.rows("select counted from answers where who = $1", str(offer.people[0]))
    assert late == [{"counted": False}]


async def test_a_person_who_declines_says_why(platform: Any) -> None:
    offer = await platform.approve((await proposal(platform, household(), vacancy())).match_id)
    await platform.said()
    await platform.tell(
        OfferDeclined(interest_id=offer.interest_id, offer_id=offer.offer_id, person_id=offer.people[0], reason="wage")
    )
    assert [(e.side, e.reason) for e in of(PlacementFellThrough, await platform.said())] == [("person", "wage")]


async def test_silence_lapses_after_a_week_of_platform_time(platform: Any, later: Any) -> None:
    offer = await platform.approve((await proposal(platform, household(), vacancy())).match_id)
    await platform.said()
    await platform.tell(accepted(offer))
    later(days=6)
    await platform.pass_time()
    assert await platform.said() == []
    later(days=8)
    await platform.pass_time()
    assert [e.silent for e in of(OfferLapsed, await platform.said())] == ["owner"]
    (row,) = await platform.rows("select state, ended_by from offers")
    assert row == {"state": "lapsed", "ended_by": "owner"}


async def test_an_answered_offer_does_not_lapse(platform: Any, later: Any) -> None:
    offer = await platform.approve((await proposal(platform, household(), vacancy())).match_id)
    await platform.tell(accepted(offer), answered(offer))
    await platform.said()
    later(days=8)
    assert await platform.pass_time() == 0


async def test_when_a_place_closes_proposals_and_offers_go(platform: Any) -> None:
    welder = vacancy(places=2)
    await platform.tell(household(), household(), welder)
    first, second = of(MatchProposed, await platform.said())
    offer = await platform.approve(first.match_id)
    await platform.said()
    await platform.tell(
        OpportunityClosed(opportunity_id=welder.opportunity_id, partner_id="norrverk", reason="expired")
    )
    said = await platform.said()
    assert [(e.match_id, e.reason) for e in of(MatchRetracted, said)] == [(second.match_id, "closed")]
    assert [(e.offer_id, e.reason) for e in of(OfferWithdrawn, said)] == [(offer.offer_id, "closed")]


async def test_when_a_household_withdraws_proposals_and_offers_go(platform: Any) -> None:
    registered = household()
    await platform.tell(registered, vacancy(), vacancy())
    first, second = of(MatchProposed, await platform.said())
    offer = await platform.approve(first.match_id)
    await platform.said()
    await platform.tell(InterestWithdrawn(interest_id=registered.interest_id, reason="not_moving"))
    said = await platform.said()
    assert [(e.match_id, e.reason) for e in of(MatchRetracted, said)] == [(second.match_id, "withdrawn")]
    assert [(e.offer_id, e.reason) for e in of(OfferWithdrawn, said)] == [(offer.offer_id, "withdrawn")]


async def test_a_full_place_is_proposed_to_nobody_until_it_grows(platform: Any) -> None:
    welder = vacancy()
    await platform.tell(household(), household(), welder)
    first, second = of(MatchProposed, await platform.said())
    offer = await platform.approve(first.match_id)
    await platform.tell(accepted(offer), answered(offer))
    said = await platform.said()
    assert [(e.match_id, e.reason) for e in of(MatchRetracted, said)] == [(second.match_id, "full")]
    grown = {name: getattr(welder, name) for name in VacancyPosted.model_fields} | {"places": 2}
    await platform.tell(VacancyChanged(**grown))
    assert [e.match_id for e in of(MatchProposed, await platform.said())] == [second.match_id]


async def test_the_sixth_moves_up_when_one_is_decided(platform: Any) -> None:
    await platform.tell(vacancy(), *(household() for _ in range(6)))
    said = await platform.said()
    standing = {e.match_id for e in of(MatchProposed, said)} - {e.match_id for e in of(MatchRetracted, said)}
    assert len(standing) == 5
    await platform.reject(min(standing))
    (moved_up,) = of(MatchProposed, await platform.said())
    assert moved_up.match_id not in standing


async def test_what_changes_the_score_is_proposed_anew_and_what_ends_the_fit_is_retracted(platform: Any) -> None:
    ask = adult(skills=("mig-mag",))
    registered, welder = household(ask), vacancy(skills_required=("mig-mag",))
    found = await proposal(platform, registered, welder)
    less = changed(registered, adults=(adult(person_id=ask.person_id),))
    await platform.tell(less)
    (again,) = of(MatchProposed, await platform.said())
    assert again.match_id == found.match_id
    questions = {reason.code: reason.ask for reason in again.reasons.value.reasons if reason.missing}
    assert questions == {"skills": "seeker"}
    await platform.tell(less)
    assert await platform.said() == []
    await platform.tell(changed(registered, adults=(adult("forskollarare", person_id=ask.person_id),)))
    assert [e.reason for e in of(MatchRetracted, await platform.said())] == ["changed"]


async def test_erasing_deletes_what_stood_opened_and_ends_what_is_under_way(platform: Any) -> None:
    ask = adult()
    registered = household(ask)
    await platform.tell(registered, vacancy(), vacancy())
    first, second = of(MatchProposed, await platform.said())
    offer = await platform.approve(first.match_id)
    await platform.said()
    platform.keys.erased.add(ask.person_id)
    await platform.tell(SubjectErased(subject_id=ask.person_id, interest_id=registered.interest_id))
    said = await platform.said()
    assert [(e.match_id, e.reason) for e in of(MatchRetracted, said)] == [(second.match_id, "erased")]
    assert [(e.offer_id, e.reason) for e in of(OfferWithdrawn, said)] == [(offer.offer_id, "erased")]
    assert of(ErasureCarriedOut, said) == [ErasureCarriedOut(subject_id=ask.person_id, service="matching")]
    assert await platform.rows("select * from adults") == []
    assert await platform.rows("select score, reasons from matches") == [{"score": None, "reasons": None}]


async def test_what_was_opened_before_an_erasure_and_heard_after_it_is_not_kept(platform: Any) -> None:
    ask = adult()
    registered = household(ask, home=HomeNeeds())
    erased = [SubjectErased(subject_id=s, interest_id=registered.interest_id) for s in (ask.person_id, registered.key)]
    await platform.tell(*erased, registered, vacancy(), dwelling())
    assert of(MatchProposed, await platform.said()) == []
    assert await platform.rows("select needs from adults") == [{"needs": None}]
    assert await platform.rows("select home from households") == [{"home": None}]


async def test_needs_whose_key_is_gone_are_an_answer_and_not_an_error(platform: Any) -> None:
    ask = adult()
    platform.keys.erased.add(ask.person_id)
    await platform.tell(household(ask), vacancy())
    assert await platform.said() == []


async def test_two_who_want_the_last_place_get_one_placement_and_one_truthful_answer(platform: Any) -> None:
    await platform.tell(vacancy(), household(), household())
    offers = [await platform.approve(found.match_id) for found in of(MatchProposed, await platform.said())]
    await platform.said()
    for offer in offers:
        await platform.tell(accepted(offer))
    await platform.tell(*(answered(offer) for offer in offers))
    said = await platform.said()
    assert [e.offer_id for e in of(PlacementMade, said)] == [offers[0].offer_id]
    assert [e.offer_id for e in of(AcceptanceTooLate, said)] == [offers[1].offer_id]
    assert await platform.rows("select taken, places from opportunities") == [{"taken": 1, "places": 1}]


async def test_two_answers_in_transactions_at_once_never_exceed_the_places(platform: Any) -> None:
    """There is one writer; this is what holds if there were two."""
    await platform.tell(vacancy(), household(), household())
    offers = [await platform.approve(found.match_id) for found in of(MatchProposed, await platform.said())]
    await platform.said()
    await platform.tell(*(answered(offer) for offer in offers))
    writers = platform, await platform.another()
    await asyncio.gather(*(one.tell(accepted(offer)) for one, offer in zip(writers, offers, strict=True)))
    said = await platform.said()
    assert (len(of(PlacementMade, said)), len(of(AcceptanceTooLate, said))) == (1, 1)


@pytest.mark.parametrize("ends", ["household withdraws", "place closes"])
async def test_an_introduction_made_while_one_side_leaves_does_not_stay(platform: Any, ends: str) -> None:
    registered, welder = household(), vacancy()
    found = await proposal(platform, registered, welder)
    leaving: Event = InterestWithdrawn(interest_id=registered.interest_id, reason="not_moving")
    if ends == "place closes":
        leaving = OpportunityClosed(opportunity_id=welder.opportunity_id, partner_id="norrverk", reason="expired")
    async with platform.service.database.transaction() as tx:
        await deciding.approve(tx, found.match_id, "vide", "good_fit", uuid4(), timedelta(days=7))
        told = asyncio.create_task(platform.tell(leaving))
        await asyncio.sleep(0.3)
        assert not told.done()  # it waits for the coordinator's transaction, and then sees the offer
    await told
    said = await platform.said()
    assert [len(of(kind, said)) for kind in (OfferMade, OfferWithdrawn, MatchRetracted)] == [1, 1, 0]


async def test_an_answer_to_an_offer_nobody_made_is_kept_and_counts_for_nothing(platform: Any) -> None:
    await platform.tell(OfferAccepted(interest_id=uuid4(), offer_id=uuid4(), person_id=uuid4()))
    assert await platform.said() == []
    assert await platform.rows("select counted from answers") == [{"counted": False}]


async def test_a_repeat_is_heard_once(platform: Any) -> None:
    await platform.tell(vacancy())
    heard = await platform.tell(household())
    database, consumer = platform.service.database, platform.service.consumer
    begin = remembering(database.transaction, platform.rankings)
    await Batches(consumer.name, consumer.handlers, begin).apply(heard, platform.keys)
    assert len(of(MatchProposed, await platform.said())) == 1
