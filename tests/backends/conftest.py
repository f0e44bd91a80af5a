"""What several tests of backends share."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from certificates import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A certificate authority that nobody trusts yet."""
    ca = trustme.CA()
    pem = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(pem))
    return Authority(pem, ca)
