"""The live table: rows of frozen data drawn line by line, of which only changed lines are drawn again."""
