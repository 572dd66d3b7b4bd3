"""What is judged of passages without a list: ways that nobody can have driven, cars that do not fit. Django-free."""
