"""What a row of a county's spreadsheet means here: stations, checkpoints, cameras, people."""
