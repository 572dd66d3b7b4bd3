"""Addresses of this room under /api/v1/."""

from __future__ import annotations

from django.urls import path

from roads.api import board_records, boards, chiefs, closures, inspections, leave, lookups, segments, speeds, suggest

urlpatterns = [
    path("roads/where/", lookups.Where.as_view(), name="api-roads-where"),
    path("roads/chainage/", lookups.ChainagePoints.as_view(), name="api-roads-chainage"),
    path("roads/search/", lookups.Directory.as_view(), name="api-roads-search"),
    path("places/suggest/", suggest.PlaceSuggestions.as_view(), name="api-places-suggest"),
    path("axes/", lookups.AxisCollection.as_view(), name="api-axes"),
    path("axes/<uuid:uid>/", lookups.AxisItem.as_view(), name="api-axis"),
    path("networks/", lookups.NetworkCollection.as_view(), name="api-networks"),
    path("networks/current/", lookups.NetworkCurrent.as_view(), name="api-network-current"),
    path("segments/", segments.SegmentCollection.as_view(), name="api-segments"),
    path("segments/join/", segments.SegmentJoin.as_view(), name="api-segments-join"),
    path("segments/without-chief/", segments.SegmentsWithoutChief.as_view(), name="api-segments-without-chief"),
    path("segments/<uuid:uid>/", segments.SegmentItem.as_view(), name="api-segment"),
    path("segments/<uuid:uid>/cut/", segments.SegmentCut.as_view(), name="api-segment-cut"),
    path("segments/<uuid:uid>/retire/", segments.SegmentRetire.as_view(), name="api-segment-retire"),
    path("review-items/", segments.ReviewCollection.as_view(), name="api-review-items"),
    path("review-items/<int:item_id>/settle/", segments.ReviewSettle.as_view(), name="api-review-item-settle"),
    path("chiefs/", chiefs.ChiefCollection.as_view(), name="api-chiefs"),
    path("chiefs/levels/", chiefs.LevelCollection.as_view(), name="api-chief-levels"),
    path("chiefs/leave/", leave.LeaveCollection.as_view(), name="api-chief-leave"),
    path("chiefs/leave/<int:leave_id>/change/", leave.LeaveChange.as_view(), name="api-chief-leave-change"),
    path("chiefs/leave/<int:leave_id>/end/", leave.LeaveEnd.as_view(), name="api-chief-leave-end"),
    path("chiefs/leave/<int:leave_id>/cancel/", leave.LeaveCancel.as_view(), name="api-chief-leave-cancel"),
    path("chiefs/<uuid:uid>/end/", chiefs.ChiefEnd.as_view(), name="api-chief-end"),
    path("chiefs/<uuid:uid>/duty/", chiefs.ChiefDuty.as_view(), name="api-chief-duty"),
    path("chiefs/<uuid:uid>/deputies/", chiefs.DeputyCollection.as_view(), name="api-chief-deputies"),
    path("boards/", boards.BoardCollection.as_view(), name="api-boards"),
    path("boards/reprint/", boards.BoardReprints.as_view(), name="api-boards-reprint"),
    path("boards/prints/", boards.PrintCollection.as_view(), name="api-boards-prints"),
    path("boards/prints/<uuid:uid>/", boards.PrintItem.as_view(), name="api-boards-print"),
    path("boards/<uuid:uid>/", board_records.BoardItem.as_view(), name="api-board"),
    path("boards/<uuid:uid>/pictures/", board_records.BoardPictures.as_view(), name="api-board-pictures"),
    path(
        "boards/<uuid:uid>/pictures/<uuid:attachment>/",
        board_records.BoardPictureItem.as_view(),
        name="api-board-picture",
    ),
    path("boards/<uuid:uid>/issue/", boards.BoardIssue.as_view(), name="api-board-issue"),
    path("boards/<uuid:uid>/post/", boards.BoardPost.as_view(), name="api-board-post"),
    path("boards/<uuid:uid>/remove/", boards.BoardRemove.as_view(), name="api-board-remove"),
    path("boards/<uuid:uid>/pdf/", boards.BoardSheet.as_view(), name="api-board-pdf"),
    path("inspections/", inspections.InspectionCollection.as_view(), name="api-inspections"),
    path(
        "inspections/<uuid:uid>/pictures/<uuid:attachment>/",
        inspections.InspectionPictureItem.as_view(),
        name="api-inspection-picture",
    ),
    path("closures/", closures.ClosureCollection.as_view(), name="api-closures"),
    path("closures/<uuid:uid>/end/", closures.ClosureEnd.as_view(), name="api-closure-end"),
    path("speeds/", speeds.SpeedCollection.as_view(), name="api-speeds"),
]
