"""Rounds to measure on, seeded: households of one or two adults, with or without children, and too few places for them.

The shape follows what was found about instances on which greedy practice fails: 45 % with two adults, 50 % with children,
0.9 vacancies, 0.6 homes and 1/40 schools a household, all of them pools.
"""

from dataclasses import dataclass

import numpy as np

from matching.domain.rounds.package import Household, Option, Part, Place, Round, Terms

GROUPS, AREAS, MONTHS = 40, 8, 6
JOBS, HOMES, SCHOOLS = 20, 15, 5  # the most options a part has
PRIORITY = 0.2
WEAK_OPTIONS, WEAK = 6, 0.55  # of a priority adult: fewer jobs, at scores so much lower


@dataclass(frozen=True)
class Town:
    """The places of a round, and what options are drawn from."""

    places: tuple[Place, ...]
    jobs: list[np.ndarray]  # per occupation group the numbers of its vacancies
    homes: dict[int, np.ndarray]  # per number of rooms, those with at least so many
    schools: list[np.ndarray]  # per area
    appeal: np.ndarray  # per place: what makes everybody want the same ones


def town(size: int, seed: int) -> Town:
    """The places for so many households."""
    draw = np.random.default_rng([seed, 1])
    vacancies, dwellings, schools = int(0.9 * size), int(0.6 * size), max(2, size // 40)
    group = draw.choice(GROUPS, vacancies, p=_shares(draw.permutation(GROUPS)))
    rooms = draw.choice(np.arange(1, 6), dwellings, p=[0.15, 0.3, 0.3, 0.17, 0.08])
    area = draw.integers(AREAS, size=dwellings)
    month = draw.integers(1, MONTHS + 1, size=vacancies + dwellings)
    places = [
        *(_place("job", n, 1, f"group-{group[n]:02}", None, month[n]) for n in range(vacancies)),
        *(_place("home", n, 1, f"rooms-{rooms[n]}", f"area-{area[n]}", month[vacancies + n]) for n in range(dwellings)),
        *(_place("school", n, int(draw.integers(12, 25)), None, f"area-{n % AREAS}", 8) for n in range(schools)),
    ]
    return Town(
        tuple(places),
        [np.flatnonzero(group == g) for g in range(GROUPS)],
        {r: vacancies + np.flatnonzero((rooms >= r) & (rooms <= r + 1)) for r in range(1, 6)},
        [vacancies + dwellings + np.arange(a, schools, AREAS) for a in range(AREAS)],
        draw.integers(0, 300, size=len(places)),
    )


def drawn(where: Town, count: int, seed: int, name: str = "h") -> tuple[Household, ...]:
    """So many households that look for something there."""
    draw = np.random.default_rng([seed, 2])
    shares = _shares(np.arange(GROUPS))
    return tuple(_household(where, f"{name}{n:06}", shares, draw) for n in range(count))


def standard(size: int, seed: int, terms: Terms | None = None) -> Round:
    """A whole round of so many households."""
    where = town(size, seed)
    return Round(drawn(where, size, seed), where.places, (), terms or Terms())


def _household(where: Town, name: str, shares: np.ndarray, draw: np.random.Generator) -> Household:
    adults = 1 + int(draw.random() < 0.45)
    children = int(draw.choice([1, 2, 3], p=[0.45, 0.4, 0.15])) if draw.random() < 0.5 else 0
    priority = bool(draw.random() < PRIORITY)
    parts = [_adult(where, n, priority, shares, draw) for n in range(adults)]
    rooms = min(5, 1 + (children + 1) // 2 + int(draw.random() < 0.4))
    parts.append(Part("home", "home", _options(where, where.homes[rooms], HOMES, 1.0, draw)))
    if children:
        area = int(draw.integers(AREAS))
        near = where.schools[area] if len(where.schools[area]) else np.concatenate(where.schools)
        parts += [Part(f"child-{n}", "school", _options(where, near, SCHOOLS, 1.0, draw)) for n in range(children)]
    return Household(name, tuple(parts), priority)


def _adult(where: Town, n: int, priority: bool, shares: np.ndarray, draw: np.random.Generator) -> Part:
    group = int(draw.choice(GROUPS, p=shares))
    related = np.concatenate([where.jobs[group], where.jobs[(group + 1) % GROUPS]])
    most, strength = (WEAK_OPTIONS, WEAK) if priority else (JOBS, 1.0)
    return Part(f"adult-{n}", "job", _options(where, related, most, strength, draw))


def _options(
    where: Town, among: np.ndarray, most: int, strength: float, draw: np.random.Generator
) -> tuple[Option, ...]:
    chosen = draw.choice(among, min(most, len(among)), replace=False)
    scores = (strength * (200 + where.appeal[chosen] + draw.integers(0, 501, size=len(chosen)))).astype(int)
    return tuple(Option(where.places[n].id, int(score)) for n, score in zip(chosen, scores, strict=True))


def _place(kind: str, n: int, capacity: int, of: str | None, area: str | None, month: int) -> Place:
    return Place(f"{kind}-{n:06}", kind, capacity, "pool", of, area, f"2027-{month:02}")


def _shares(order: np.ndarray) -> np.ndarray:
    """Some occupations are common and some rare: the n-th as 1 to n + 5."""
    weights = 1.0 / (np.asarray(order) + 5.0)
    shares: np.ndarray = weights / weights.sum()
    return shares
