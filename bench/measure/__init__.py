"""What is measured, and how."""

import sys
from pathlib import Path

# The tests' SSH server is that of the benchmarks too.
sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
