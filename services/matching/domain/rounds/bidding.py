"""Prices by asking: what is wanted too much grows dearer, what is left over cheaper, while choices sharpen.

A start for the linear programme, which then looks at the options near these prices only. Nothing depends on it but time.
"""

import numpy as np

from matching.domain.rounds.program import Floats, Ints, Program, servable

TURNS = 200
BLUNT, SHARP = 300.0, 10.0  # points within which options are all but equal, at first and at last
STEP = 0.7
WANTED_BY_NOBODY = 1e-6


def asking_prices(asked: Program) -> Floats:
    """Points per place, after a fixed number of turns."""
    prices = np.zeros(len(asked.capacity))
    room = np.maximum(asked.capacity, WANTED_BY_NOBODY)
    for blur in np.geomspace(BLUNT, SHARP, TURNS):
        wanted = np.maximum(_wanted(asked, prices, blur), WANTED_BY_NOBODY)
        prices = np.maximum(0.0, prices + STEP * blur * np.log(wanted / room))
    return prices


def _wanted(asked: Program, prices: Floats, blur: float) -> Floats:
    """How much of each place is wanted when every part divides itself among its options, the better the more."""
    net = asked.worth - prices[asked.option_place]
    top = np.where(asked.part_chosen, -np.inf, 0.0)
    filled, starts = _runs(asked.option_part)
    top[filled] = np.maximum(top[filled], np.maximum.reduceat(net, starts))
    parts = np.exp((net - top[asked.option_part]) / blur)
    whole = np.where(asked.part_chosen, 0.0, np.exp(-np.maximum(top, 0.0) / blur))
    whole[filled] += np.add.reduceat(parts, starts)
    able = servable(asked)
    value = np.where(whole > 0, np.where(np.isfinite(top), top, 0.0) + blur * np.log(np.maximum(whole, 1e-300)), 0.0)
    gain = asked.served + np.bincount(asked.part_household, weights=value, minlength=len(asked.served))
    joins = np.where(asked.must, 1.0, 1.0 / (1.0 + np.exp(-np.clip(gain / blur, -50, 50)))) * able
    shares = parts / whole[asked.option_part] * joins[asked.option_household]
    wanted: Floats = np.bincount(asked.option_place, weights=shares, minlength=len(prices)).astype(np.float64)
    return wanted


def _runs(ordered: Ints) -> tuple[Ints, Ints]:
    """The values of an ordered array, and where each begins."""
    values, starts = np.unique(ordered, return_index=True)
    return values, starts
