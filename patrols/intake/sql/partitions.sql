-- patrols_fix_partition(day): make sure that the fixes of one UTC day have a partition of their own; returns its name.
-- Repeating it is harmless. Rows of that day which the default partition caught meanwhile move into the new one.

create or replace function patrols_fix_partition(day date) returns text
language plpgsql as $$
declare
    part  text := 'patrols_fix_' || to_char(day, 'YYYYMMDD');
    lower timestamptz := (day::timestamp at time zone 'UTC');
    upper timestamptz := ((day + 1)::timestamp at time zone 'UTC');
begin
    perform pg_advisory_xact_lock(hashtext('patrols_fix_partition'));
    if to_regclass(part) is not null then
        return part;
    end if;
    execute format('create table %I (like patrols_fix including defaults including constraints)', part);
    -- Nobody may write into the default partition between moving its rows and attaching the new one.
    lock table patrols_fix_default in access exclusive mode;
    execute format(
        'with moved as (delete from patrols_fix_default where fixed_at >= %L and fixed_at < %L returning *)'
        ' insert into %I select * from moved', lower, upper, part);
    execute format('alter table patrols_fix attach partition %I for values from (%L) to (%L)', part, lower, upper);
    return part;
end
$$;
