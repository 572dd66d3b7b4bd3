"""The database itself refuses one person in two of the three separated administrations at a time."""

from django.db import migrations

SEPARATED_SQL = """
CREATE FUNCTION stations_separated_roles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    separated text[] := ARRAY['administrator', 'security_administrator', 'auditor'];
BEGIN
    IF NEW.role <> ALL (separated) OR isempty(NEW.valid) THEN
        RETURN NEW;
    END IF;
    -- Two grants to one person at the same time queue up here, so that the second sees the first.
    PERFORM 1 FROM stations_person WHERE id = NEW.person_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM stations_rolegrant held
         WHERE held.person_id = NEW.person_id AND held.id IS DISTINCT FROM NEW.id
           AND held.role = ANY (separated) AND held.role <> NEW.role AND held.valid && NEW.valid
    ) THEN
        RAISE EXCEPTION 'role_grant_separated: person % can not hold % too', NEW.person_id, NEW.role
            USING ERRCODE = '23P01', CONSTRAINT = 'role_grant_separated';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER role_grant_separated BEFORE INSERT OR UPDATE ON stations_rolegrant
    FOR EACH ROW EXECUTE FUNCTION stations_separated_roles();
"""

UNDO_SQL = """
DROP TRIGGER role_grant_separated ON stations_rolegrant;
DROP FUNCTION stations_separated_roles();
"""


class Migration(migrations.Migration):
    """Trigger on role grants."""

    dependencies = [("stations", "0001_initial")]

    operations = [migrations.RunSQL(SEPARATED_SQL, UNDO_SQL)]
