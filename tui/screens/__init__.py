"""Whole screens: the main one with its tabs, details, help, raw answers, pickers."""
