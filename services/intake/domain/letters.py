"""Whether a letter is still wanted when it is about to be sent."""


def unwanted(template: str, confirmed: bool, interest_state: str, offer_state: str | None) -> str | None:
    """Why an adult should not get this letter any more, or None.

    `offer_state` is None when the letter is about no offer, or about one that has not been heard of yet.
    """
    if interest_state == "withdrawn":
        return "withdrawn"
    if template == "confirm":
        return "confirmed" if confirmed else None
    if not confirmed:
        return "not_confirmed"
    if template == "offer" and offer_state not in (None, "open"):
        return "over"
    return None
