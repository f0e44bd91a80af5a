"""What the demo's submitted jobs run, each a script of its own."""
