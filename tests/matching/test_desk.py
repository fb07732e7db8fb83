"""The coordinators' desk over HTTP, on a real PostgreSQL: who may look, what is shown, and what a decision does."""

import asyncio
import re
from typing import Any
from uuid import UUID, uuid4

import httpx

from chassis.web import User
from chassis.web.catalogues import untranslated
from contracts.interests import HomeNeeds
from contracts.matches import MatchProposed, MatchReviewed, OfferMade
from contracts.opportunities import OpportunityClosed
from contracts.references import reference
from matchingsample import VIDE, adult, dwelling, household, vacancy

TOKEN = "t" * 32  # of the services that helpers open
HAGG = User(sub="hagg", name="Hägg", roles=frozenset({"coordinator"}))
OFFICER = User(sub="lind", roles=frozenset({"officer"}))


async def proposals(platform: Any, *told: Any) -> list[MatchProposed]:
    await platform.tell(*told)
    return [event for event in await platform.said() if isinstance(event, MatchProposed)]


async def form(client: httpx.AsyncClient, match: MatchProposed) -> tuple[httpx.AsyncClient, str]:
    """The household's page is opened: its browser, and the form's token."""
    seen = await client.get(f"/hushall/{match.interest_id}")
    found = re.search(r'name="csrf" value="([^"]+)"', seen.text)
    assert found is not None
    return client, found[1]


async def send(
    client: httpx.AsyncClient,
    csrf: str,
    match: MatchProposed,
    decision: str,
    reason: str,
    interest_id: UUID | None = None,
) -> httpx.Response:
    where = f"/hushall/{interest_id or match.interest_id}/matches/{match.match_id}/{decision}"
    return await client.post(where, data={"csrf": csrf, "reason": reason})


async def decide(client: httpx.AsyncClient, match: MatchProposed, decision: str, reason: str) -> httpx.Response:
    return await send(*await form(client, match), match, decision, reason)


async def test_nobody_looks_without_signing_in_as_a_coordinator(web: Any) -> None:
    for path in ("/", f"/hushall/{uuid4()}"):
        answer = await web(None).get(path)
        assert (answer.status_code, answer.headers["location"].startswith("/sign-in?to=")) == (303, True)
        assert (await web(OFFICER).get(path)).status_code == 403


async def test_the_list_shows_who_waits_by_reference_the_oldest_first(platform: Any, web: Any) -> None:
    first, second = [await proposals(platform, household(), vacancy()) for _ in range(2)]
    shown = (await web(VIDE).get("/")).text
    references = [reference("2580", found[0].interest_id) for found in (first, second)]
    assert shown.index(references[0]) < shown.index(references[1])
    assert "2 hushåll väntar på ditt beslut" in shown


async def test_a_coordinator_of_one_municipality_sees_only_its_households(platform: Any, web: Any) -> None:
    there = household()
    await platform.tell(there, vacancy(), municipality="0380")
    await platform.said()
    assert str(there.interest_id) not in (await web(VIDE).get("/")).text
    assert (await web(VIDE).get(f"/hushall/{there.interest_id}")).status_code == 404
    assert reference("0380", there.interest_id) in (await web(HAGG).get("/")).text
    assert (await web(HAGG).get(f"/hushall/{there.interest_id}")).status_code == 200


async def test_a_household_is_shown_with_its_proposals_and_reasons_that_sum(platform: Any, web: Any) -> None:
    ask = adult(skills=("mig-mag",), start="2027-02")
    (job,) = await proposals(platform, household(ask), vacancy(skills_required=("mig-mag",), start="2027-02"))
    assert job.reasons.value is not None
    shown = (await web(VIDE).get(f"/hushall/{job.interest_id}")).text
    article = shown[shown.index("<article") : shown.index("</article>")]
    assert f'data-match="{job.match_id}" data-opportunity="{job.opportunity_id}" data-kind="job"' in article
    assert f'data-score="{job.reasons.value.score}" data-person="{ask.person_id}"' in article
    points = [int(p) for p in re.findall(r'class="num">(\d+)</td>', article)]
    assert sum(points[:-1]) == points[-1] == job.reasons.value.score
    assert "Yrket (Svetsare)" in article


async def test_what_the_place_asks_and_what_the_person_wishes_are_shown_apart(platform: Any, web: Any) -> None:
    (job,) = await proposals(platform, household(), vacancy())
    shown = (await web(VIDE).get(f"/hushall/{job.interest_id}")).text
    assert "Det platsen kräver: 460 av 600. Det de önskar: 350 av 400" in shown


async def test_a_coordinator_may_ask_why_a_place_is_not_proposed(platform: Any, web: Any) -> None:
    ask, far = household(adult("svetsare")), vacancy("forskollarare")
    await platform.tell(ask, far)
    shown = (await web(VIDE).get(f"/hushall/{ask.interest_id}?why={far.opportunity_id}")).text
    told = shown[shown.index('id="why-not"') :]
    assert "Yrket är inte önskat och inte närliggande" in told
    assert "Yrket är reglerat, och behörigheten saknas" in told


async def test_approving_introduces_and_says_who_decided_and_why(platform: Any, web: Any) -> None:
    (match,) = await proposals(platform, household(), vacancy())
    answer = await decide(web(VIDE), match, "approve", "good_fit")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hushall/{match.interest_id}?done=approved")
    actors = await platform.rows("select type, headers::jsonb ->> 'ce_actor' as actor from outbox order by seq")
    assert [tuple(row.values()) for row in actors] == [("MatchReviewed", "vide"), ("OfferMade", "vide")]
    reviewed, made = await platform.said()
    assert isinstance(reviewed, MatchReviewed)
    assert (reviewed.decision, reviewed.reason, reviewed.match_id) == ("approved", "good_fit", match.match_id)
    assert isinstance(made, OfferMade)
    assert (made.match_id, made.people) == (match.match_id, (match.person_id,))
    shown = (await web(VIDE).get(answer.headers["location"])).text
    assert "Introduktionen är gjord" in shown
    assert "Väntar på hushållet och arbetsgivaren" in shown


async def test_rejecting_needs_a_reason_from_the_list(platform: Any, web: Any) -> None:
    (match,) = await proposals(platform, household(), vacancy())
    for reason in ("", "good_fit", "because"):
        answer = await decide(web(VIDE), match, "reject", reason)
        assert (answer.status_code, "Välj ett skäl." in answer.text) == (422, True)
    assert (await decide(web(VIDE), match, "reject", "too_far")).status_code == 303
    (reviewed,) = await platform.said()
    assert isinstance(reviewed, MatchReviewed)
    assert (reviewed.decision, reviewed.reason) == ("rejected", "too_far")


async def test_the_second_of_two_clicks_is_told_who_decided(platform: Any, web: Any) -> None:
    (match,) = await proposals(platform, household(), vacancy(places=2))
    await proposals(platform, vacancy())
    forms = [await form(web(user), match) for user in (VIDE, HAGG)]
    assert [(await send(*f, match, "approve", "good_fit")).status_code for f in forms] == [303, 409]
    answer = await send(*forms[1], match, "reject", "too_far")
    assert (answer.status_code, "vide har redan beslutat om det här förslaget." in answer.text) == (409, True)
    assert len(await platform.rows("select 1 from offers")) == 1


async def test_two_clicks_at_once_make_one_offer(platform: Any, web: Any) -> None:
    (match,) = await proposals(platform, household(), vacancy(places=5))
    await proposals(platform, vacancy())
    forms = [await form(web(user), match) for user in (VIDE, HAGG)]
    answers = await asyncio.gather(*(send(*f, match, "approve", "good_fit") for f in forms))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(await platform.rows("select 1 from offers")) == 1


async def test_a_proposal_that_stands_no_more_can_not_be_approved(platform: Any, web: Any) -> None:
    welder = vacancy()
    (match,) = await proposals(platform, household(), welder)
    opened = await form(web(VIDE), match)
    closed = OpportunityClosed(opportunity_id=welder.opportunity_id, partner_id="norrverk", reason="expired")
    await platform.tell(closed)
    answer = await send(*opened, match, "approve", "good_fit")
    assert (answer.status_code, "Förslaget står inte kvar" in answer.text) == (409, True)


async def test_a_match_of_another_household_is_not_found_here(platform: Any, web: Any) -> None:
    one, other = await proposals(platform, household(), household(), vacancy(places=2))
    opened = await form(web(VIDE), one)
    assert (await send(*opened, one, "approve", "good_fit", other.interest_id)).status_code == 404


async def test_a_form_without_its_token_is_refused(platform: Any, web: Any) -> None:
    (match,) = await proposals(platform, household(), vacancy())
    where = f"/hushall/{match.interest_id}/matches/{match.match_id}/approve"
    assert (await web(VIDE).post(where, data={"reason": "good_fit"})).status_code == 403


async def test_a_pools_last_home_is_not_offered_twice(platform: Any, web: Any) -> None:
    seekers = [household(adult(None), home=HomeNeeds()) for _ in range(2)]
    one, other = await proposals(platform, *seekers, dwelling("pool"))
    assert (await decide(web(VIDE), one, "approve", "good_fit")).status_code == 303
    answer = await decide(web(VIDE), other, "approve", "good_fit")
    assert (answer.status_code, "Alla lägenheter här är redan erbjudna" in answer.text) == (409, True)


async def test_two_coordinators_at_once_make_one_offer_of_a_pools_last_home(platform: Any, web: Any) -> None:
    seekers = [household(adult(None), home=HomeNeeds()) for _ in range(2)]
    found = await proposals(platform, *seekers, dwelling("pool"))
    answers = await asyncio.gather(
        *(decide(web(user), match, "approve", "good_fit") for user, match in zip((VIDE, HAGG), found, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(await platform.rows("select 1 from offers")) == 1


async def test_an_owner_who_decides_may_look_at_more_than_there_are_places(platform: Any, web: Any) -> None:
    for match in await proposals(platform, household(), household(), vacancy(places=1)):
        assert (await decide(web(VIDE), match, "approve", "good_fit")).status_code == 303


async def test_where_a_queue_decides_the_household_is_told_how_to_join(platform: Any, web: Any) -> None:
    seeker = household(adult(None), home=HomeNeeds(rooms_min=2))
    fits = dwelling("queue_bound", title="Fyra rum på Porsön", how_to_join="Anmäl er hos Lulehem")
    await platform.tell(seeker, fits, dwelling("queue_bound", rooms=1, title="Ett rum"))
    shown = (await web(VIDE).get(f"/hushall/{seeker.interest_id}")).text
    assert "Anmäl er hos Lulehem" in shown
    assert "Ett rum</h3>" not in shown


async def test_the_pages_speak_english_too(platform: Any, web: Any) -> None:
    (match,) = await proposals(platform, household(), vacancy())
    assert "One household is waiting for your decision." in (await web(VIDE).get("/?lang=en")).text
    assert "Reason to introduce" in (await web(VIDE).get(f"/hushall/{match.interest_id}?lang=en")).text


def test_every_text_has_its_english() -> None:
    assert untranslated("matching", "en") == set()


async def test_figures_are_for_services_only_and_count_what_was_decided(platform: Any, web: Any) -> None:
    one, other = await proposals(platform, household(), household(), vacancy(places=2))
    await decide(web(VIDE), one, "approve", "good_fit")
    await decide(web(VIDE), other, "reject", "too_far")
    assert (await web(VIDE).get("/api/figures")).status_code == 401
    figures = (await web(None).get("/api/figures", headers={"authorization": f"Bearer {TOKEN}"})).json()
    assert figures == {
        **dict.fromkeys(("placed", "too_late", "fell_through", "lapsed", "withdrawn", "standing"), 0),
        "proposed": 2,
        "approved": 1,
        "rejected": 1,
        "introduced": 1,
        "open": 1,
    }
