"""Tracker protocols: the bytes that a phone app sends, turned into `Fix`. Free of Django and of any database.

Each module has one pure function `decode(method, path_query, headers, body, now) -> DecodedRequest`.
"""
