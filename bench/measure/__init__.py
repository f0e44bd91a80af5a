"""Measuring a program from outside: through its terminal, its process and the clock."""
