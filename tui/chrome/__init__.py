"""What frames every screen: header, tabs, banner, footer."""
