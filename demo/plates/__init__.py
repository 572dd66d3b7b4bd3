"""Pictures of plates that nobody has: every kind, drawn from a seed with the fonts of the set-up. Free of Django.

`texts` what stands on them; `drawing` the plates flat; `scenes` cars, light and cameras around them.
"""
