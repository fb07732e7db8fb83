"""The reference people see and say on the phone: LUL-9TC-H4K. Made from the interest's id; nobody stores it."""

from uuid import UUID

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
PREFIX = {"2580": "LUL", "0380": "UPP"}


def reference(municipality: str, interest_id: UUID) -> str:
    """Three letters for the municipality and six from the id's random end (30 bits)."""
    number = interest_id.int & (1 << 30) - 1
    code = "".join(LETTERS[number >> shift & 31] for shift in range(25, -1, -5))
    return f"{PREFIX.get(municipality, municipality)}-{code[:3]}-{code[3:]}"
