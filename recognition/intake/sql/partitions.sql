-- recognition_passage_partition(day): make sure that the passages of one UTC day have a partition of their own; returns
-- its name. Repeating it is harmless. Rows of that day which the default partition caught meanwhile move into it.

create or replace function recognition_passage_partition(wanted date) returns text
language plpgsql as $$
declare
    part text := 'recognition_passage_' || to_char(wanted, 'YYYYMMDD');
begin
    perform pg_advisory_xact_lock(hashtext('recognition_passage_partition'));
    if to_regclass(part) is not null then
        return part;
    end if;
    execute format('create table %I (like recognition_passage including defaults including constraints)', part);
    -- Nobody may write into the default partition between moving its rows and attaching the new one.
    lock table recognition_passage_default in access exclusive mode;
    execute format(
        'with moved as (delete from recognition_passage_default where day = %L returning *)'
        ' insert into %I select * from moved', wanted, part);
    execute format(
        'alter table recognition_passage attach partition %I for values from (%L) to (%L)', part, wanted, wanted + 1);
    return part;
end
$$;
