-- Where tours are and were. Written by the tracker intake with COPY + one merge (patrols/intake/store.py).

create table patrols_fix (
    device_id   bigint           not null,
    fixed_at    timestamptz      not null,
    received_at timestamptz      not null,
    tour_id     bigint           not null,
    lon         double precision not null check (lon between -180 and 180),
    lat         double precision not null check (lat between -90 and 90),
    speed_mps   real,
    course_deg  real,
    accuracy_m  real,
    battery     real,
    is_mock     boolean          not null,
    source      text             not null,
    primary key (device_id, fixed_at)
) partition by range (fixed_at);
create index patrols_fix_tour on patrols_fix (tour_id, fixed_at);

-- Late fixes of days whose partition is gone, and early ones, before patrols_fix_partition() was called for their day.
create table patrols_fix_default partition of patrols_fix default;

create table patrols_deviceposition (
    device_id   bigint           primary key,
    tour_id     bigint           not null,
    fixed_at    timestamptz      not null,
    received_at timestamptz      not null,
    lon         double precision not null,
    lat         double precision not null,
    speed_mps   real,
    course_deg  real,
    accuracy_m  real,
    battery     real,
    is_mock     boolean          not null,
    source      text             not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- No index but the key: every other one would make each move a non-HOT update, and the table is a few thousand rows.
create table patrols_tourposition (
    tour_id     bigint           primary key,
    device_id   bigint           not null,
    fixed_at    timestamptz      not null,
    received_at timestamptz      not null,
    geom        geometry(Point, 4326) not null,
    speed_mps   real,
    course_deg  real,
    accuracy_m  real,
    is_mock     boolean          not null,
    source      text             not null,
    changed_seq bigint           not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

create sequence patrols_tourposition_changed owned by patrols_tourposition.changed_seq;
