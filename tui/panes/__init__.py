"""The panes: one small file each for what fills the screen under a tab."""
