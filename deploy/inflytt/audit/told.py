"""What the topics tell of each table's rows: by the row's key, how it must stand."""

from inflytt.audit.story import FATES, Story


def households(story: Story) -> dict[str, str]:
    return {id: household.state for id, household in story.households.items() if not story.gone(id)}


def registered(story: Story) -> dict[str, str]:
    return {id: household.state for id, household in story.households.items() if household.registered}


def people(story: Story) -> dict[str, str]:
    return {person: "" for id in story.households for person in story.people(id)}


def matched(story: Story) -> dict[str, str]:
    return {
        person: ""
        for household in story.households.values()
        for person in household.adults
        if person not in story.erased
    }


def keys(story: Story) -> dict[str, str]:
    return people(story) | dict.fromkeys(households(story), "")


def roads(story: Story) -> dict[str, str]:
    """How far each household has come, as figures count it."""
    return {
        id: f"{'confirmed' if h.registered else 'asked'} {'withdrawn' if h.withdrawn else 'here'} {h.moved_in or '-'}"
        for id, h in story.households.items()
    }


def places(story: Story) -> dict[str, str]:
    return {id: "closed" if id in story.closed else "open" for id in story.opportunities}


def person_answers(story: Story) -> dict[str, str]:
    given = story.log.of("interests", "OfferAccepted", "OfferDeclined")
    said = {"OfferAccepted": "yes", "OfferDeclined": "no"}
    return {f"{r.value['offer_id']} {r.value['person_id']}": said[r.type] for r in given}


def owner_answers(story: Story) -> dict[str, str]:
    return {r.value["offer_id"]: r.value["answer"] for r in story.log.of("opportunities", "OwnerAnswered")}


def answers(story: Story) -> dict[str, str]:
    """All answers, by their events' ids."""
    people = {r.id: r.type == "OfferAccepted" for r in story.log.of("interests", "OfferAccepted", "OfferDeclined")}
    owners = {r.id: r.value["answer"] == "yes" for r in story.log.of("opportunities", "OwnerAnswered")}
    return {id: "yes" if yes else "no" for id, yes in (people | owners).items()}


def standing(story: Story) -> dict[str, str]:
    return {id: match.state for id, match in story.matches.items() if match.state != "retracted"}


def offers(story: Story) -> dict[str, str]:
    return {id: offer.state for id, offer in story.offers.items() if offer.made}


def offers_and_owners(story: Story) -> dict[str, str]:
    return {id: f"{offer.state} {offer.owner or '-'}" for id, offer in story.offers.items() if offer.made}


def messages(story: Story) -> dict[str, str]:
    return {r.key: FATES[r.type] for r in story.log.of("messages")}


def asked_for(story: Story) -> dict[str, str]:
    """The letters that events ask for: by event, reader and template."""
    asked = {f"{r.id} {r.value['person_id']} confirm": "" for r in story.log.of("interests", "ConfirmationRequested")}
    for record in story.log.of("matches", "OfferMade", "PlacementMade"):
        template = "offer" if record.type == "OfferMade" else "placement"
        asked |= {f"{record.id} {person} {template}": "" for person in record.value["people"]}
        if template == "offer":
            asked[f"{record.id} {record.value['partner_id']} owner_offer"] = ""
    for record in story.log.of("interests", "StillHereAsked"):
        asked |= {f"{record.id} {person} still_here": "" for person in record.value["people"]}
    return asked


def refusals(story: Story) -> dict[str, str]:
    return {r.value["input_id"]: r.value["code"] for r in story.log.of("partners", "InputRefused")}


def partners(story: Story) -> dict[str, str]:
    return {r.key: "" for r in story.log.of("partners", "PartnerRegistered")}


def inputs(story: Story) -> dict[str, str]:
    """What partners wrote on their own topics, by place."""
    inward = [r for r in story.log.records if r.topic.startswith("partner.") and r.topic.endswith(".in")]
    return {f"{r.topic} {r.partition} {r.offset}": "" for r in inward}
