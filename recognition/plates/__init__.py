"""Number plates 机动车号牌 as text: grammar, codes, look-alikes and search patterns. Free of Django and of pictures.

`grammar` the forms as data; `codes` plate-kind and colour codes of the interfaces; `plate` normalise and parse;
`likeness` what readers mistake for what; `search` patterns with wildcards; `constraints` the grammar for a decoder.
"""
