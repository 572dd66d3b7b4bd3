-- What passed where. Written with COPY and one insert (recognition/services/storing.py), dropped by whole days.

create table recognition_passage (
    device_id         bigint      not null,
    source_key        text        not null check (source_key <> ''),
    day               date        not null,
    passed_at         timestamptz not null,
    device_time       timestamptz not null,
    received_at       timestamptz not null,
    clock             text        not null,
    organisation_path text        not null,
    camera_code       text        not null,
    camera_id         bigint,
    checkpoint_id     bigint,
    lon               double precision check (lon between -180 and 180),
    lat               double precision check (lat between -90 and 90),
    lane              smallint,
    direction         text        not null,
    speed_mps         real,
    plate_text        text        not null,
    plate             text        not null collate "C",
    folded            text        not null collate "C",
    reading           text        not null check (reading in ('plate', 'no_plate', 'unread', 'foreign')),
    kind_code         text        not null,
    colour            text        not null,
    vehicle_class     text        not null,
    vehicle_colour    text        not null,
    reliability       real        check (reliability between 0 and 1),
    hints             text        not null,
    pictures          jsonb       not null,
    check (passed_at <= received_at + interval '1 day'),
    check ((plate = '') = (folded = '')),
    primary key (device_id, source_key, day)
) partition by range (day);

-- Collation C lets a plate's beginning be found by the index; nobody looks for "no plate" there.
create index recognition_passage_plate on recognition_passage (plate, passed_at) where plate <> '';
create index recognition_passage_folded on recognition_passage (folded, passed_at) where folded <> '';
create index recognition_passage_camera on recognition_passage (camera_id, passed_at);

-- Late passages of days whose partition is gone, and of days before recognition_passage_partition() was called.
create table recognition_passage_default partition of recognition_passage default;

create sequence recognition_watch_number_seq;
create sequence recognition_alarm_number_seq;
