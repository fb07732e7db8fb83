"""How matching decides: what fits (scoring), what is worth proposing (proposals), what becomes of an offer (offers)."""
