"""The energy of a labelling of faces, and labels that make it small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.components import components
from twin.geometry.ordering import numbered
from twin.geometry.ragged import expand, offsets_of
from twin.reconstruction import groups

UNDECIDED = 1e3  # m2; energy of a face without a label, more than any change of label is worth
REGION_ROUNDS = 50  # each takes at least one region away


@dataclass(frozen=True, slots=True)
class Problem:
    """Energy of a labelling: ``sum(unary[face, label]) + weight * length`` over borders of unequal labels.

    Attributes
    ----------
    first : (F+1,) int64
        Face ``f`` has its candidates at ``unary[first[f]:first[f+1]]``.
    unary : (D,) float64
    undecided : (F,) bool
        Faces without any evidence; they start without a label.
    a, b : (B,) int64
        Adjacent faces, whose parts have the same candidates.
    cost : (B,) float64
        Paid if they differ.
    """

    first: Ints
    unary: Floats
    undecided: Bools
    a: Ints
    b: Ints
    cost: Floats


def minimise(problem: Problem, rounds: int) -> Ints:
    """Label per face (F,) by iterated conditional modes, best improvement first.

    In each round every face that gains by another label takes it, unless an adjacent face gains more (ties by
    face number). No two neighbours move at once, so the energy falls in every round.
    """
    first, last = problem.first[:-1], problem.first[1:]
    faces = len(first)
    if faces == 0:
        return np.empty(0, np.int64)
    row = np.repeat(np.arange(faces, dtype=np.int64), last - first)
    column = np.arange(len(row), dtype=np.int64) - first[row]
    here, there = np.concatenate((problem.a, problem.b)), np.concatenate((problem.b, problem.a))
    cost = np.concatenate((problem.cost, problem.cost))
    label = np.where(problem.undecided, -1, _best(problem.unary, first, row, column)[0])
    for _ in range(rounds):
        known = label[there] >= 0
        saved = np.bincount(first[here[known]] + label[there[known]], weights=cost[known], minlength=len(row))
        energy = problem.unary - saved
        best, least = _best(energy, first, row, column)
        now = np.where(label < 0, UNDECIDED, energy[first + np.maximum(label, 0)])
        gain = now - least
        reached = label >= 0
        reached[here[known]] = True  # a face without evidence waits until a neighbour knows better
        wants = (gain > 1e-9) & reached
        if not wants.any():
            break
        order = np.argsort(gain, kind="stable")
        rank = np.empty(faces, np.int64)
        rank[order] = np.arange(faces)
        rank[~wants] = -1
        rival = np.full(faces, -1, np.int64)
        np.maximum.at(rival, here, rank[there])
        moves = wants & (rank > rival)
        label[moves] = best[moves]
    undecided = label < 0
    label[undecided] = _best(problem.unary, first, row, column)[0][undecided]
    return label


def without_specks(problem: Problem, label: Ints, least: float) -> Ints:
    """Labels (F,) of which each region of adjacent faces is worth its borders and ``least`` [m2] more.

    A region that is not takes the label beside it that costs least; those that are worth least go first, and
    no two neighbours at once.
    """
    first = problem.first[:-1]
    if not len(first):
        return label
    for _ in range(REGION_ROUNDS):
        region, count = _regions(problem, label)
        own = groups.group_sum(problem.unary[first + label], region, count)
        others = problem.unary.copy()
        others[first + label] = np.inf
        most = groups.group_sum(np.minimum.reduceat(others, first), region, count)
        differ = label[problem.a] != label[problem.b]
        a, b, cost = problem.a[differ], problem.b[differ], problem.cost[differ]
        here, there = np.concatenate((a, b)), np.concatenate((b, a))
        cost = np.concatenate((cost, cost))
        doubtful = most - own < least + groups.group_sum(cost, region[here], count)
        asked = doubtful[region[here]]
        if not asked.any():
            break
        who, onto, saved = _offers(region[here[asked]], label[there[asked]], cost[asked])
        faces = np.argsort(region, kind="stable")
        begin = offsets_of(np.bincount(region, minlength=count))
        offer, place = expand(begin[who], begin[who + 1] - begin[who])
        then = np.bincount(
            offer, weights=problem.unary[first[faces[place]] + onto[offer]], minlength=len(who)
        )
        loss = then - own[who] - saved
        smallest = groups.group_min(loss, who, count, np.inf)
        moves = _foremost(smallest, smallest < least, region[here], region[there])
        if not moves.any():
            break
        chosen = np.flatnonzero(moves[who] & (loss == smallest[who]))
        chosen = chosen[groups.first_of_each(who[chosen])]
        to = np.full(count, -1, np.int64)
        to[who[chosen]] = onto[chosen]
        label = np.where(to[region] >= 0, to[region], label)
    return label


def _regions(problem: Problem, label: Ints) -> tuple[Ints, int]:
    """Connected region of equal labels of each face, and how many there are."""
    same = label[problem.a] == label[problem.b]
    count, region = components(problem.a[same], problem.b[same], len(label))
    return region, count


def _offers(region: Ints, label: Ints, cost: Floats) -> tuple[Ints, Ints, Floats]:
    """Regions, by number, each label beside them once, and the cost of the borders that it would save."""
    pitch = int(label.max(initial=0)) + 1
    key, at = numbered(region * pitch + label)
    return key // pitch, key % pitch, groups.group_sum(cost, at, len(key))


def _foremost(loss: Floats, wants: Bools, here: Ints, there: Ints) -> Bools:
    """Those that want to go and lose less than every neighbour that does (ties by number)."""
    rows = np.flatnonzero(wants)
    rank = np.full(len(loss), len(loss), np.int64)
    rank[rows[np.argsort(loss[rows], kind="stable")]] = np.arange(len(rows))
    rival = groups.group_min(rank[there], here, len(loss), len(loss))
    return np.asarray(wants & (rank < rival))


def _best(energy: Floats, first: Ints, row: Ints, column: Ints) -> tuple[Ints, Floats]:
    """First candidate with the least energy in each row, and that energy."""
    least = np.minimum.reduceat(energy, first)
    at = np.flatnonzero(energy == least[row])
    at = at[groups.first_of_each(row[at])]
    return column[at], least
