"""What an installation starts from; administrators change it afterwards."""
