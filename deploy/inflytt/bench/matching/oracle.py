"""The optimum of a small round by a solver that shares nothing with ours: OR-Tools' CP-SAT, one worker."""

from ortools.sat.python import cp_model

from matching.domain.rounds.package import Round


def best_by_another_solver(asked: Round) -> int:
    """Points of the best solution, locks aside; the whole floor is kept, whatever it costs. Raises RuntimeError when the
    solver proves none to be the best."""
    model = cp_model.CpModel()
    worth: list[cp_model.LinearExprT] = []
    uses: dict[str, list[cp_model.IntVar]] = {place.id: [] for place in asked.places}
    served = {household.id: model.new_bool_var(household.id) for household in asked.households}
    for household in asked.households:
        here = served[household.id]
        worth.append(asked.terms.served * here)
        for part in household.parts:
            taken = {option: model.new_bool_var("") for option in part.options}
            model.add(sum(taken.values()) == here) if part.chosen else model.add(sum(taken.values()) <= here)
            for option, gets in taken.items():
                uses[option.place].append(gets)
                worth.append(option.score * gets)
    for place in asked.places:
        model.add(sum(uses[place.id]) <= place.capacity)
    _keep_floor(model, asked, served)
    model.maximize(sum(worth))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        raise RuntimeError(f"the other solver ended {solver.status_name()}")
    return round(solver.objective_value)


def _keep_floor(model: cp_model.CpModel, asked: Round, served: dict[str, cp_model.IntVar]) -> None:
    """Served shares compared without a division: per mille of the others' share, both sides times both groups' sizes."""
    theirs = [served[household.id] for household in asked.households if household.priority]
    others = [served[household.id] for household in asked.households if not household.priority]
    if asked.terms.floor is not None and theirs and others:
        model.add(1000 * len(others) * sum(theirs) >= asked.terms.floor * len(theirs) * sum(others))
