"""Decision tables that administrators change, by version, run by the zen engine. A rule that fails fails loudly."""

from core.rules.tables import Outcome, RuleFailed, TableVersion, evaluate, table_in_force, table_publish, table_try

__all__ = ["Outcome", "RuleFailed", "TableVersion", "evaluate", "table_in_force", "table_publish", "table_try"]
