"""The SQL of the batch writer."""

from __future__ import annotations

from patrols.intake import stage

# Two fixes of two devices of one tour closer than this compete by quality, not by time.
BEST_DEVICE_WINDOW_S = 30
# A device that gives no accuracy ranks as one of about this many metres.
UNSTATED_ACCURACY_M = 50

COPY_STAGE = "copy intake_stage from stdin (format binary)"
EXECUTE_MERGE = "execute intake_merge"
# The same without a conflict clause: 2 of 19 us a row less, as long as the batch brings nothing that is stored already.
EXECUTE_MERGE_NEW = "execute intake_merge_new"

RESOLVE = """
select r.ord, d.id, d.datum, d.locked_at is not null, b.id, m.id, coalesce(m.tour_id, v.id)
from unnest(%(ordinals)s::int[], %(hashes)s::bytea[], %(times)s::timestamptz[]) as r(ord, token_hash, fixed_at)
join stations_device d on d.token_hash = r.token_hash
left join stations_devicebinding b on b.device_id = d.id and b.valid @> r.fixed_at
left join patrols_tourmember m on m.person_id = b.person_id and m.present @> r.fixed_at
left join lateral (
    select t.id from patrols_tour t
    where t.vehicle_id = b.vehicle_id and t.opened_at <= r.fixed_at
        and (t.closed_at is null or r.fixed_at < t.closed_at)
    order by t.opened_at desc limit 1
) v on true
"""

# Only ever forward, and only where the row is not held by somebody else: a late "last seen" is no harm.
# Fixes that made no sense, by device: how many more, the last one's time and reason.
FLAG_DEVICES = """
with flagged as (
    select d.id, f.more, f.at, f.code
    from unnest(%(ids)s::bigint[], %(counts)s::int[], %(times)s::timestamptz[], %(codes)s::text[])
         as f(id, more, at, code)
    join stations_device d on d.id = f.id
    order by d.id
    for update of d
)
update stations_device d
   set rejected_count = d.rejected_count + flagged.more, last_rejected_at = flagged.at,
       last_rejected_code = left(flagged.code, 40)
  from flagged where d.id = flagged.id
"""
TOUCH_DEVICES = """
with seen as (
    select d.id, s.seen_at
    from unnest(%(ids)s::bigint[], %(times)s::timestamptz[]) as s(id, seen_at)
    join stations_device d on d.id = s.id and (d.last_seen_at is null or d.last_seen_at < s.seen_at)
    order by d.id
    for update of d skip locked
)
update stations_device d set last_seen_at = seen.seen_at from seen where d.id = seen.id
"""

_SKIP_DUPLICATES = "on conflict (device_id, fixed_at) do nothing"
# "offset 0" keeps each look-up a probe by key: the planner would take other indexes, whose lists grow with the years.
_MERGE = f"""
with held as materialized (
    select s.ord, s.device_id, s.tour_id, s.fixed_at, s.received_at, s.lon, s.lat,
        nullif(s.speed_mps, 'NaN') as speed_mps, nullif(s.course_deg, 'NaN') as course_deg,
        nullif(s.accuracy_m, 'NaN') as accuracy_m, nullif(s.battery, 'NaN') as battery, s.is_mock, s.ranked, s.source
    from intake_stage s
    cross join lateral (select * from stations_device where id = s.device_id offset 0) d
    cross join lateral (select * from stations_devicebinding where id = s.binding_id offset 0) b
    left join lateral (select * from patrols_tourmember where id = s.member_id offset 0) m on true
    left join lateral (select * from patrols_tour where s.member_id = 0 and id = s.tour_id offset 0) t on true
    where d.token_hash = s.token_hash and d.locked_at is null and d.datum = s.datum
        and b.device_id = s.device_id and b.valid @> s.fixed_at
        and (m.tour_id = s.tour_id and m.person_id = b.person_id and m.present @> s.fixed_at
            or t.vehicle_id = b.vehicle_id and t.opened_at <= s.fixed_at
                and (t.closed_at is null or s.fixed_at < t.closed_at))
),
history as (
    insert into patrols_fix (device_id, fixed_at, received_at, tour_id, lon, lat, speed_mps, course_deg, accuracy_m,
        battery, is_mock, source)
    select device_id, fixed_at, received_at, tour_id, lon, lat, speed_mps, course_deg, accuracy_m, battery, is_mock,
        source
    from held order by device_id, fixed_at
    {_SKIP_DUPLICATES}
    returning 1
),
newest as materialized (
    select distinct on (device_id) * from held where ranked order by device_id, fixed_at desc
),
device_moved as (
    insert into patrols_deviceposition as p (device_id, tour_id, fixed_at, received_at, lon, lat, speed_mps,
        course_deg, accuracy_m, battery, is_mock, source)
    select device_id, tour_id, fixed_at, received_at, lon, lat, speed_mps, course_deg, accuracy_m, battery, is_mock,
        source
    from newest order by device_id
    on conflict (device_id) do update set
        tour_id = excluded.tour_id, fixed_at = excluded.fixed_at, received_at = excluded.received_at,
        lon = excluded.lon, lat = excluded.lat, speed_mps = excluded.speed_mps, course_deg = excluded.course_deg,
        accuracy_m = excluded.accuracy_m, battery = excluded.battery, is_mock = excluded.is_mock,
        source = excluded.source
    where excluded.fixed_at > p.fixed_at
),
dated as (
    select n.*, max(fixed_at) over (partition by tour_id) as tour_fixed_at from newest n
),
best as materialized (
    select distinct on (tour_id) * from dated
    where fixed_at > tour_fixed_at - interval '{BEST_DEVICE_WINDOW_S} s'
    order by tour_id, is_mock, coalesce(accuracy_m, {UNSTATED_ACCURACY_M}), fixed_at desc, device_id
),
tour_moved as (
    insert into patrols_tourposition as p (tour_id, device_id, fixed_at, received_at, geom, speed_mps, course_deg,
        accuracy_m, is_mock, source, changed_seq)
    select tour_id, device_id, fixed_at, received_at, st_setsrid(st_makepoint(lon, lat), 4326), speed_mps, course_deg,
        accuracy_m, is_mock, source, (select nextval('patrols_tourposition_changed'))
    from best order by tour_id
    on conflict (tour_id) do update set
        device_id = excluded.device_id, fixed_at = excluded.fixed_at, received_at = excluded.received_at,
        geom = excluded.geom, speed_mps = excluded.speed_mps, course_deg = excluded.course_deg,
        accuracy_m = excluded.accuracy_m, is_mock = excluded.is_mock, source = excluded.source,
        changed_seq = excluded.changed_seq
    where excluded.fixed_at > p.fixed_at
        and (excluded.device_id = p.device_id
            or excluded.fixed_at > p.fixed_at + interval '{BEST_DEVICE_WINDOW_S} s'
            or (excluded.is_mock, coalesce(excluded.accuracy_m, {UNSTATED_ACCURACY_M}))
                <= (p.is_mock, coalesce(p.accuracy_m, {UNSTATED_ACCURACY_M})))
)
select (select array_agg(ord) from held), (select count(*) from history)
"""  # noqa: S608 - only the constants above are put in

# One dedicated session. Look-ups are by key, so nested loops are right whatever the statistics of the moment say;
# the merge is planned once. Commits are synchronous whatever the server's default: the answer promises "stored".
SESSION = f"""
set time zone 'UTC';
set application_name = 'luzhang-intake';
set synchronous_commit = on;
set statement_timeout = '10s';
set jit = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
set plan_cache_mode = force_generic_plan;
create temporary table intake_stage ({stage.COLUMNS}) on commit delete rows;
prepare intake_merge as {_MERGE};
prepare intake_merge_new as {_MERGE.replace(_SKIP_DUPLICATES, "")};
"""
