"""Sign-in: allauth's views at our own addresses, lock-out by django-axes, a second factor where a role asks for it."""
