"""Strategies for plates and for what may be met in their stead."""

from __future__ import annotations

from hypothesis import strategies as st

from recognition.plates.grammar import ALPHABET, FORMS

well_formed = st.sampled_from(FORMS).flatmap(
    lambda form: st.tuples(*(st.sampled_from(characters) for characters in form.positions)).map("".join)
)
plate_like = st.text(alphabet=sorted(ALPHABET) + ["I", "O", "?", "*", "·", "-", " ", "ａ", "临"], max_size=10)
