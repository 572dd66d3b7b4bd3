"""Pictures from outside: checked, read for place and time, and drawn anew."""
