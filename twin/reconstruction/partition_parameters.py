"""Every number that the stages from segments to partitions use: meaning, unit and source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartitionParameters:
    """Settings of the lines, the arrangement, the labels and the block models.

    "Tuned" means: chosen on real areas (Delft and Amsterdam, AHN3) by the share of points within 0.2 m of the
    roof, in the design study unless said otherwise. "Geometry" means: follows from the pixel of 0.5 m or from
    the rounding to 1 mm.

    Attributes
    ----------
    fill_rounds : int
        Pixels that a label grows into unlabelled ones, 0.5 m each (geometry).
    min_gradient_change : float [m/m]
        Two planes intersect only where their gradients differ by more (choice: the slightest fold that is a
        decimetre over the length of a roof; until segments were parted at folds it was 0.12).
    intersection_reach : float [m]
        A border pixel supports the intersection of its two planes within this distance (geometry: one pixel).
    min_line_length : float [m]
        Shorter support gives no line (geometry: two pixels),
    short_side : float [m]
        unless it is the side of a segment that reaches no farther along it than this (choice: a dormer of
        four pixels, of which ends and corners support other lines).
    min_support_share : float
        An intersection needs border pixels over this share of its stretch (choice: a ridge may be hidden by
        chimneys and dormers over most of its length, two chance contacts are no ridge).
    min_step : float [m]
        Smaller height jumps give no step line (tuned; 0.25 until the second look at unexplained points).
    straight_sd, straight_length_sd : float [m]
        A step border is one oblique line if it is narrower and longer than this, as standard deviations
        across and along (geometry: the staircase of an oblique line has 0.15-0.2 m).
    oblique_angle : float [deg]
        Steps closer to the main directions than this follow them, and steps closer to the direction of a
        wall follow that (design study).
    oblique_deviation : float [m]
        So do steps that leave the main direction by less over their whole length (geometry: 1.5 pixels, as a
        short staircase has no certain direction).
    parallel_angle : float [deg]
        Lines that differ less may be one (design study).
    merge_distance_intersections, merge_distance : float [m]
        Distance within which two near-parallel intersections, or other lines, are one (tuned).
    along_edge_distance : float [m]
        A line this near to a parallel footprint edge is dropped: the wall stands there (tuned).
    max_lines, max_planes : int
        Per part, to bound memory (choice: 900 planes take 0.7 GB and 3 s; 3DBAG stops at 900).
    stop_reach : float [m]
        A line end stops at a line whose support, this much longer, holds the crossing (tuned).
    overrun : float [m]
        A line end runs on at least this far before it may stop: the labels decide where a line matters
        (tuned on Delft: 0 m loses 1.2 % of the points within 0.2 m, from 2 m on only the time changes).
    short_overrun : float [m]
        The same for a line shorter than `min_line_length` (geometry: a pixel).
    cluster_distance : float [m]
        Crossings nearer to each other become one vertex (design study).
    min_distance : float [m]
        No vertex lies nearer to an edge it does not end (val3dity's snap tolerance of 1 mm times 20, so that
        slopes do not turn slivers over).
    cell : float [m]
        Raster in which points look up their face (half a pixel).
    boundary_weight : float [m2/m]
        Cost of a metre of boundary between labels, in m2 of votes; 0.6 wipes out dormers (tuned).
    sliver_width : float [m]
        Narrower faces, 2*area/perimeter, do not vote (design study).
    icm_rounds : int
        Upper bound; in practice labels settle in 3-10 rounds.
    least_gain : float [m2]
        Votes by which a region of faces must outweigh its borders to keep its label (choice: five points at
        10 points/m2; on Delft it leaves out what ten points show, and keeps 1.2 faces for each of roofer's).
    outvoted_area, outvoted_fill, outvoted_width : float [m2], share, float [m]
        A plane with more votes than the first in a face of another gets lines around its points, if these
        fill more than the second of a box that is wider than the third (choice: a small terrace, as drawing a
        part once more takes a few milliseconds; a triangle fills half of its box, points along a border that
        is a little off fill less; a pixel).
    guard_above, guard_below : float [m]
        A plane stays under the highest of its own points plus `guard_above` (requirement: no roof more than
        1 m above the evidence) and over the lowest minus `guard_below` (design study; 2 m loses hips whose
        eaves were not seen).
    guard_run : float [m]
        A steep plane may go on so far beyond its highest point, up to `guard_above` over the highest of all
        planes (geometry: a pixel; the tip of a spire holds few points).
    min_height : float [m]
        Every roof is at least this far above the ground surface (design study).
    max_sunken, point_reach : float [m]
        A plane whose own points lie at or under the ground surface, up to `max_sunken`, may go `point_reach`
        lower than they do, and the ground surface goes along (choice: roofs that one can walk onto from a
        slope; the noise of a point at the edge).
    min_evidence : float
        Share of the footprint that points on planes must stand for, for LoD 1.3 and 2.2 (choice).
    straight : float [m]
        A vertex on the border of two roofs that lies no farther off the line between its neighbours goes
        (choice: half of what crossings move when they become one vertex). Where that gives no valid solid,
        :data:`twin.geometry.extrude.STRAIGHT` counts.
    meeting_distances : tuple of float [m]
        Planes that come this near to each other at a vertex are made to meet there; the next is tried where a
        corner would move farther than the first (choice: the errors of two planes of 5 cm; then what is left
        of planes that do meet, after crossings that lie near to each other became one).
    block_step : float [m]
        LoD 1.3 keeps steps of at least this height (3DBAG: 3 m).
    block_quantile : float
        Quantile of pixel mean heights that gives a block its height (3DBAG: 70 %).
    """

    fill_rounds: int = 6
    min_gradient_change: float = 0.04
    intersection_reach: float = 0.5
    min_line_length: float = 1.0
    short_side: float = 2.0
    min_support_share: float = 0.25
    min_step: float = 0.20
    straight_sd: float = 0.30
    straight_length_sd: float = 0.8
    oblique_angle: float = 8.0
    oblique_deviation: float = 0.75
    parallel_angle: float = 10.0
    merge_distance_intersections: float = 0.15
    merge_distance: float = 0.35
    along_edge_distance: float = 0.25
    max_lines: int = 4000
    max_planes: int = 1200
    stop_reach: float = 1.5
    overrun: float = 2.0
    short_overrun: float = 0.5
    cluster_distance: float = 0.06
    min_distance: float = 0.02
    cell: float = 0.25
    boundary_weight: float = 0.12
    sliver_width: float = 0.12
    icm_rounds: int = 100
    least_gain: float = 0.5
    outvoted_area: float = 2.0
    outvoted_fill: float = 0.4
    outvoted_width: float = 0.5
    guard_above: float = 1.0
    guard_below: float = 4.0
    guard_run: float = 0.5
    min_height: float = 0.25
    max_sunken: float = 1.5
    point_reach: float = 0.3
    min_evidence: float = 0.25
    straight: float = 0.03
    meeting_distances: tuple[float, ...] = (0.1, 0.03, 0.015)
    block_step: float = 3.0
    block_quantile: float = 0.70
