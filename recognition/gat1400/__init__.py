"""GA/T 1400 (视图库) messages: bytes to plain records and back. Free of Django and of any database.

Reading is tolerant, and names every deviation it tolerated (`quirks`); a bad record never sinks its batch; only
`MessageRejected` is raised. Building is strict. `vehicles`, `inventory`, `control` and `system` read what their names
say; `building` makes messages; `digest` is the HTTP Digest that registering uses; `identifiers` and `moments` are the
structures within.
"""
