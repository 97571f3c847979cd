"""Connected components of graphs that are given by their edges."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from twin.geometry.columns import Ints

_OTHER = (1 << 32) - 1


def components(one: Ints, other: Ints, nodes: int) -> tuple[int, Ints]:
    """Components of the graph of ``nodes`` whose edges join ``one (E,)`` and ``other (E,)``, either way.

    The matrix is made here as scipy wants it inside, which is four times as fast as leaving that to it.

    Returns
    -------
    count : int
    component : (nodes,) int64
        Numbered in the order of their first nodes.
    """
    edge = np.sort(one << 32 | other)
    begin = np.zeros(nodes + 1, np.int32)
    np.cumsum(np.bincount(edge >> 32, minlength=nodes), out=begin[1:])
    links = csr_array((np.ones(len(edge)), (edge & _OTHER).astype(np.int32), begin), shape=(nodes, nodes))
    count, component = connected_components(links, directed=False)
    return int(count), component.astype(np.int64)
