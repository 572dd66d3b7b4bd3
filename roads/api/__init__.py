"""The API of the roads room."""
