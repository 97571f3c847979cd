"""Every number of the stages from points to roof planes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaneParameters:
    """Numbers of the assignment, the ground and the roof planes.

    Sources: *AHN* the product description of the Actueel Hoogtebestand Nederland (its class codes; height
    noise 5 cm); *peer* the published parameters of 3DBAG's roofer; *design* the measured design of this
    pipeline (pixel atlas, tuned on real Delft and Amsterdam roofs); *choice* set here, with its reason.

    Attributes
    ----------
    building_class, ground_class, other_class : int
        LAS classes of buildings (6), ground (2) and never classified points (1). *AHN*
    other_above_ground : float [m]
        Without a building class, points of ``other_class`` count as roof this far above their part's
        ground. *choice*: below a low storey, above parked cars and hedges.
    assign_cell : float [m]
        Cell of the raster that decides which points need an exact test. *choice*: .25, .5 and 1 m measured.
    ground_cell, ground_reach : float [m]
        Cell in which ground points are summed, and how far from a place they count. *choice*: the ground
        of three in four turned panden of Delft stays within 4 mm; cells of 2 m moved it by 1 to 2 cm.
    ground_offset, ground_step : float [m]
        Distance from the facade at which the ground is sampled, and the step along it. *design*
    ground_rings : tuple of float [m]
        Wider distances, tried in turn where the first ring finds nothing. *choice*
    ground_quantile : float
        Of the samples around a part. *design*: low, so that stairs and terraces don't lift the part.
    pixel : float [m]
        Side of an atlas pixel, a whole multiple of 1/1024. *design*: .5 was best of .4-1.0.
    margin : int
        Empty pixels around each part; neighbours are looked up two pixels away. *design*
    gap_radius, gap_reach : float [m]
        A part with ground points `gap_radius` from all its roof points has no building there; the edge of
        that place is sought from `gap_reach` on. *choice*: three pixels, which chance does not leave empty at
        3 points/m2, and two.
    presumed_height : float [m]
        Of the roof over such a place, above the ground. *choice*: one storey.
    max_gap : float [m]
        With a larger gap that shows no ground either, no roof shape is drawn. *choice*: a room's width.
    max_unseen_share : float
        With a larger share of the footprint without data, the part counts as one without points. *choice*
    step_sigma : float [m]
        A pixel whose heights spread more than this holds a step and is left out of the windows. *design*
    window_points : int
        Fewest points of a 3 x 3 window that may have a plane. *choice*: two more than a plane needs.
    window_spread : float [m]
        Least standard deviation of those points across their narrow direction. *choice*: a third of a pixel
        row; below it a tilt is noise.
    window_sigma : float [m]
        Windows that fit worse than this have no plane. *design*
    noise : float [m]
        Prior of the height noise of a point; keeps windows of few points from looking perfect. *AHN*
    kuwahara_gain : float
        Another window must fit this much better (ratio of sigmas) to replace a pixel's own. *design*
    link_angle : float [degree]
        Largest angle between the normals of neighbouring pixels on one plane. *design*
    fold_angle : float [degree]
        The same for pixels that no segment explains: they may be one side of a slight fold. *choice*: six
        times the noise of a window's normal at 15 points/m2.
    link_height : float [m]
        Largest height difference of their planes halfway. *design*
    segment_pixels, segment_points : int
        Fewest pixels (*design*) and points of a segment. *choice* of the points: twice what a
        plane needs and one; at 4 points/m2 fewer agree by chance, across a valley for one.
    merge_height : float [m]
        Segments merge if the root of the added squared error per point of the smaller one is below, beyond
        that of either. *choice*: just less than what joins two halves of a segment that `bend` parted.
    rounds : int
        Rounds of merging, reassigning and refitting. *design*
    own_bonus : float
        Factor on the squared error of the plane a pixel already has. *design*
    pixel_inlier : float [m]
        Root mean square distance up to which a pixel supports a plane. *choice*: half the distance of a
        point, as a pixel holding one foreign point in four is then still left out.
    point_inlier : float [m]
        Vertical distance up to which a point can belong to a segment. *design*, which had .30; .25 was
        tuned on Delft, by the share of points within 0.2 m.
    bend : float [m]
        A segment is halved if two planes have a mean squared distance to its points that is less by the
        square of this; across the planes. *choice*: a vault then lies 0.1 m off along its edges.
    bend_share : float
        And if at most this share of the mean squared distance is left. *choice*: on a rough roof most of it
        is noise; a dome keeps half, as it bends the other way too.
    bend_pixels : int
        Fewest pixels of a half. *choice*: 4 m2, a few times a dormer's.
    refit_sigmas : float
        The last fit uses points within so many standard deviations. *choice*: keeps chimneys out.
    flat_slope : float
        A plane with a smaller gradient becomes exactly horizontal, *design*,
    flat_height : float [m]
        unless that adds more than this to its root mean square distance. *choice*: the ends of a rectangular
        roof then come to lie at most 0.09 m off; without it a large roof that drains lay 0.3 m off.
    steepest : float [degree]
        Steeper planes are walls. *design*
    steep, steepest_spire : float [degree]
        Points that no plane explains may lie on one between these, as on the spire of a church, whose pixels
        look like steps; from `steep` on, distances count across the plane. *choice*: where the heights in a
        pixel spread as much as `step_sigma`; steeper than most spires, less so than walls look.
    steep_points : int
        Fewest points of such a plane. *choice*: twice `segment_points`, as what is left over is mostly noise.
    layer_gap : float [m]
        Points of one pixel, or of one gutter or terrace among the points of a facade, lie no farther apart in
        height. *choice*: twice `point_inlier`; .3 to 1 give the same within 0.03 % of Delft's points, and 1
        takes a facade for a roof.
    layer_points : int
        Fewest points of a plane found in such layers. *choice*: on Delft 7 explain 0.05 % more points with
        0.04 more faces per pand, and those were the ones that nobody would draw.
    look_rounds : int
        Rounds in which a plane of the second and third look goes on into pixels of which it explains points.
        *choice*: a metre; on Delft 1, 2 and 3 explain .03, .08 and .09 % more points, 3 with more faces.
    """

    building_class: int = 6
    ground_class: int = 2
    other_class: int = 1
    other_above_ground: float = 1.5
    assign_cell: float = 0.5
    ground_cell: float = 0.5
    ground_reach: float = 1.5
    ground_offset: float = 1.2
    ground_step: float = 1.5
    ground_rings: tuple[float, ...] = (3.0, 6.0, 12.0, 25.0)
    ground_quantile: float = 0.1
    pixel: float = 0.5
    margin: int = 3
    gap_radius: float = 1.5
    gap_reach: float = 1.0
    presumed_height: float = 3.0
    max_gap: float = 3.0
    max_unseen_share: float = 0.75
    step_sigma: float = 0.30
    window_points: int = 5
    window_spread: float = 0.15
    window_sigma: float = 0.20
    noise: float = 0.03
    kuwahara_gain: float = 0.9
    link_angle: float = 10.0
    fold_angle: float = 4.0
    link_height: float = 0.12
    segment_pixels: int = 4
    segment_points: int = 7
    merge_height: float = 0.065
    rounds: int = 3
    own_bonus: float = 0.8
    pixel_inlier: float = 0.15
    point_inlier: float = 0.25
    bend: float = 0.045
    bend_share: float = 0.6
    bend_pixels: int = 16
    refit_sigmas: float = 3.0
    flat_slope: float = 0.03
    flat_height: float = 0.05
    steepest: float = 75.0
    steep: float = 60.0
    steepest_spire: float = 80.0
    steep_points: int = 14
    layer_gap: float = 0.50
    layer_points: int = 9
    look_rounds: int = 2
