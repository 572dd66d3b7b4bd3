"""Django-free road axes: chainage, linear referencing, derivation from a network, matching of described stretches."""
