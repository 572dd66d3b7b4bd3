"""What the house knows about incidents before a county changes it: kinds, the grading table, the dispatch policy."""
